"""python client.py BASE KEY: what the official client of Python, unmodified, makes of a server. Prints one JSON object."""
import asyncio
import json
import sys

import openai

base, key = sys.argv[1:3]
client = openai.OpenAI(base_url=base, api_key=key, max_retries=0)
request = {
    "model": "default",
    "messages": [{"role": "user", "content": "What is the capital of France?"}],
    "temperature": 0,
    "max_completion_tokens": 12,
    "seed": 7,
}
result = {"models": [model.id for model in client.models.list()], "model": client.models.retrieve("default").id}

whole = client.chat.completions.create(**request, logprobs=True, top_logprobs=2)
result["whole"] = {
    "text": whole.choices[0].message.content,
    "finish": whole.choices[0].finish_reason,
    "usage": whole.usage.model_dump(),
    "tokens": len(whole.choices[0].logprobs.content),
}

streamed = {"text": "", "chunks": 0}
for chunk in client.chat.completions.create(**request, stream=True, stream_options={"include_usage": True}):
    streamed["chunks"] += 1
    for choice in chunk.choices:
        streamed["text"] += choice.delta.content or ""
        streamed["finish"] = choice.finish_reason
    if chunk.usage:
        streamed["usage"] = chunk.usage.model_dump()
result["streamed"] = streamed

# The client's own helper, which checks the order of events.
with client.chat.completions.stream(**request) as stream:
    stream.until_done()
    result["helper"] = stream.get_final_completion().choices[0].message.content

completion = {"model": "default", "prompt": "The capital of France is", "temperature": 0, "max_tokens": 4}
answer = client.completions.create(**completion)
result["completion"] = {"text": answer.choices[0].text, "usage": answer.usage.model_dump()}
result["completionStreamed"] = "".join(chunk.choices[0].text for chunk in client.completions.create(**completion, stream=True))

# Leaves a stream early; the next request is answered all the same.
with client.chat.completions.create(**{**request, "max_completion_tokens": 500}, stream=True, extra_body={"ignore_eos": True}) as stream:
    for chunk in stream:
        if chunk.choices and chunk.choices[0].delta.content:
            break


async def afterwards():
    async with openai.AsyncOpenAI(base_url=base, api_key=key, max_retries=0) as other:
        return (await other.chat.completions.create(**request)).choices[0].message.content


result["afterwards"] = asyncio.run(afterwards())

result["errors"] = []
for who, body in [
    (client, {**request, "temperature": 5}),
    (client, {**request, "model": "no-such-model"}),
    (openai.OpenAI(base_url=base, api_key="wrong", max_retries=0), request),
]:
    try:
        who.chat.completions.create(**body)
    except openai.APIStatusError as error:
        result["errors"].append([type(error).__name__, error.status_code, error.code, error.param])

print(json.dumps(result))
