// node client.mjs BASE KEY: what the official client of JavaScript, unmodified, makes of a server. Prints one JSON object.
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: process.argv[2], apiKey: process.argv[3], maxRetries: 0 });
const request = {
    model: 'default',
    messages: [{ role: 'user', content: 'What is the capital of France?' }],
    temperature: 0,
    max_completion_tokens: 12,
    seed: 7,
};
const result = {};

result.models = [];
for await (const model of client.models.list()) {
    result.models.push(model.id);
}

result.model = (await client.models.retrieve('default')).id;
const whole = await client.chat.completions.create({ ...request, logprobs: true, top_logprobs: 2 });
result.whole = { text: whole.choices[0].message.content, finish: whole.choices[0].finish_reason, usage: whole.usage, tokens: whole.choices[0].logprobs.content.length };

result.streamed = { text: '', chunks: 0 };
for await (const chunk of await client.chat.completions.create({ ...request, stream: true, stream_options: { include_usage: true } })) {
    result.streamed.chunks++;
    result.streamed.text += chunk.choices[0]?.delta.content ?? '';
    result.streamed.finish ??= chunk.choices[0]?.finish_reason ?? undefined;
    result.streamed.usage = chunk.usage ?? undefined;
}

// The client's own helper, which checks the order of events.
const stream = client.chat.completions.stream(request);
result.helper = await stream.finalContent();

const completion = await client.completions.create({ model: 'default', prompt: 'The capital of France is', temperature: 0, max_tokens: 4 });
result.completion = { text: completion.choices[0].text, usage: completion.usage };
result.completionStreamed = '';
for await (const chunk of await client.completions.create({ model: 'default', prompt: 'The capital of France is', temperature: 0, max_tokens: 4, stream: true })) {
    result.completionStreamed += chunk.choices[0].text;
}

// Leaves a stream early; the next request is answered all the same.
for await (const chunk of await client.chat.completions.create({ ...request, max_completion_tokens: 500, ignore_eos: true, stream: true })) {
    if (chunk.choices[0]?.delta.content) {
        break;
    }
}

result.afterwards = (await client.chat.completions.create(request)).choices[0].message.content;

result.errors = [];
for (const [make, body] of [
    [client, { ...request, temperature: 5 }],
    [client, { ...request, model: 'no-such-model' }],
    [new OpenAI({ baseURL: process.argv[2], apiKey: 'wrong', maxRetries: 0 }), request],
]) {
    try {
        await make.chat.completions.create(body);
    } catch (error) {
        result.errors.push([error.constructor.name, error.status, error.code, error.param]);
    }
}

console.log(JSON.stringify(result));
