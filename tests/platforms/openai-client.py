"""openai-client.py URL chat|completion TEXT TOKENS: one streamed answer at temperature 0, by the official client; prints text and usage."""
import sys

from openai import OpenAI

url, kind, text, tokens = sys.argv[1:5]
client = OpenAI(base_url=f"{url}/v1", api_key="none", timeout=900)
common = {
    "model": client.models.list().data[0].id,
    "temperature": 0,
    "max_tokens": int(tokens),
    "stream": True,
    "stream_options": {"include_usage": True},
}
if kind == "chat":
    stream = client.chat.completions.create(messages=[{"role": "user", "content": text}], **common)
    pieces = (choice.delta.content or "" for chunk in stream for choice in chunk.choices)
else:
    stream = client.completions.create(prompt=text, **common)
    pieces = (choice.text for chunk in stream for choice in chunk.choices)
print("".join(pieces))
