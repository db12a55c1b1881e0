"""Argon2id at the cost that everybody pays. As a program: the median CPU time of a hash, as JSON: hashing.py ROUNDS"""
import json
import statistics
import sys
import time

import argon2

hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, hash_len=32, salt_len=16)


def hash_ms():
    began = time.process_time()
    hasher.hash('correct horse battery staple')
    return 1000 * (time.process_time() - began)


if __name__ == '__main__':
    median = statistics.median(hash_ms() for _ in range(int(sys.argv[1])))
    print(json.dumps({'engine': 'argon2-cffi', 'cpu_ms': round(median, 3)}))
