import { render } from 'preact';
import { Account } from './account.jsx';
import { Console } from './console.jsx';
import './style.css';
import './theme.js';
import { NoticeArea } from './ui.jsx';

const Page = location.pathname.startsWith('/account') ? Account : Console;
render(<NoticeArea><Page /></NoticeArea>, document.getElementById('root'));
