using System.Net.Http.Headers;
using System.Text;
using Engine.Server.Tests.Support;

namespace Engine.Server.Tests.Requests;

/// <summary>Bodies that something went wrong with on the way: whatever it was, the answer is an answer or names a fault of the request's.</summary>
public sealed class MutatedBodyTests
{
    private const string Chat = """
        {"model":"default","messages":[{"role":"system","content":"a\u00e9\ud83e\udd99"},{"role":"user","content":[{"type":"text","text":"漢🦙"}]}],"temperature":0.5e0,
        "logit_bias":{"5":-1},"stop":["a","b"],"seed":-12345678901,"stream_options":{"include_usage":true},"stream":true,"metadata":{"k":"v"},"n":2,"logprobs":true,"top_logprobs":2}
        """;

    private const string Completion = """{"model":"default","prompt":[[1,2],[3]],"echo":true,"logprobs":3,"best_of":2,"max_tokens":4,"suffix":"","user":"u","chat_template_kwargs":{"a":[1,{}]}}""";

    private static readonly string[] Pieces =
        ["null", "true", "-1", "1e400", "\"\"", "\"\\ud800\"", "[]", "{}", "[[[[", ",", ":", "\"a\":1,", "99999999999999999999", "0.1", "\\u0000", "\"model\":5", "\u00ff", "-", "NaN"];

    [Theory]
    [InlineData("/v1/chat/completions", Chat, 1)]
    [InlineData("/v1/completions", Completion, 2)]
    public async Task Post_MutatedBody_IsAnsweredOrRefused(string path, string body, int seed)
    {
        await using ApiServer server = await ApiServer.StartAsync();
        Random random = new(seed);
        byte[] original = Encoding.UTF8.GetBytes(body);

        for (int i = 0; i < 700; i++)
        {
            byte[] mutated = Mutate(original, random);
            using ByteArrayContent content = new(mutated);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

            Answer answer = await server.SendAsync(HttpMethod.Post, path, content);

            Assert.True(answer.Status is 200 or 400 or 404, $"{answer.Status} {answer.Text}\n{Encoding.UTF8.GetString(mutated)}");
            Assert.True(answer.Status == 200 || answer.Error.GetProperty("message").GetString()!.Length > 5);
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    bytes.Add((byte)'}');
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                    break;
                default:
                    ReplaceValue(bytes, at, random);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Puts another value behind the next colon: most of what comes out is JSON.</summary>
    private static void ReplaceValue(List<byte> bytes, int at, Random random)
    {
        int colon = bytes.IndexOf((byte)':', at);
        if (colon < 0)
        {
            return;
        }

        int end = colon + 1;
        while (end < bytes.Count && bytes[end] is not ((byte)',' or (byte)'}' or (byte)']'))
        {
            end++;
        }

        bytes.RemoveRange(colon + 1, end - colon - 1);
        bytes.InsertRange(colon + 1, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
    }
}
