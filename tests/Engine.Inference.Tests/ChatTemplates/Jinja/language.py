#!/usr/bin/env python3
"""Makes language.json: small templates and what jinja2 makes of them in the environment that transformers sets up. Needs jinja2 3.1."""
import datetime, json, os, sys
import jinja2, jinja2.ext, jinja2.sandbox

class Generation(jinja2.ext.Extension):
    tags = {'generation'}
    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(['name:endgeneration'], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method('_body'), [], [], body).set_lineno(line)
    def _body(self, caller): return caller()

def environment():
    e = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    def raise_exception(message): raise jinja2.exceptions.TemplateError(message)
    e.filters['tojson'] = lambda x, ensure_ascii=False, indent=None, separators=None, sort_keys=False: json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
    e.globals['raise_exception'] = raise_exception
    e.globals['strftime_now'] = lambda f: datetime.datetime(2025, 7, 10, 12, 0, 0).strftime(f)
    return e

CONTEXT = {
    'text': 'Hello, World', 'empty': '', 'number': 42, 'big': 123456789012345678901234567890, 'float': 3.14, 'whole': 2.0, 'small': 1e-7, 'large': 1e22,
    'yes': True, 'no': False, 'nothing': None, 'list': [3, 1, 2], 'words': ['pear', 'Apple', 'fig', 'apple'], 'nested': [[1, 2], [3, [4]]],
    'dict': {'b': 1, 'a': 2, 'items': 'shadow', 'C': [1, None, True, 1.5]}, 'quotes': 'it\'s "quoted" \\ \n\ttab', 'wide': 'héllo 你好 😀 ß', 'lines': 'a\n  b\r\nc\n\nd\n',
    'users': [{'name': 'Ann', 'age': 30, 'tags': ['x', 'y']}, {'name': 'bob', 'age': 25, 'tags': []}, {'name': 'Cid', 'age': 30}], 'html': '<a href="x">T&amp;C \'q\'</a>',
    'tree': [{'v': 1, 'c': [{'v': 2, 'c': [{'v': 3, 'c': []}]}]}, {'v': 4, 'c': []}],
}

def cases():
    out = []
    for line in open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'language.txt'), encoding='utf-8', newline='').read().split('\n=====\n'):
        if line.strip(): out.append(line)
    return out

if __name__ == '__main__':
    env, results = environment(), []
    for source in cases():
        try: results.append({'template': source, 'text': env.from_string(source).render(**json.loads(json.dumps(CONTEXT)))})
        except Exception as e: results.append({'template': source, 'error': f'{type(e).__name__}: {e}'[:160]})
    json.dump({'context': CONTEXT, 'cases': results}, open(sys.argv[1] if len(sys.argv) > 1 else 'language.json', 'w', encoding='utf-8', newline='\n'), ensure_ascii=True, indent=0)
    print(len(results), 'cases', sum('error' in r for r in results), 'errors')
