"""What a hash costs by Debian's libargon2, if it is there."""
import ctypes
import statistics
import time

LIBRARY = 'libargon2.so.1'


def libargon2_ms(rounds, memory_kib, passes):
    """The median CPU time of one hash; None without the library."""
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError:
        return None
    password, salt, tag = b'correct horse battery staple', b'0123456789abcdef', ctypes.create_string_buffer(32)

    def hash_once():
        began = time.thread_time()
        failed = library.argon2id_hash_raw(ctypes.c_uint32(passes), ctypes.c_uint32(memory_kib), ctypes.c_uint32(1),
                                           password, ctypes.c_size_t(len(password)), salt, ctypes.c_size_t(len(salt)),
                                           tag, ctypes.c_size_t(len(tag)))
        if failed:
            raise RuntimeError(f'libargon2 failed: {failed}')
        return 1000 * (time.thread_time() - began)

    return statistics.median(hash_once() for _ in range(rounds))
