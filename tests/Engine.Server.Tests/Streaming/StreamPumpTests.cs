using System.Net.Sockets;
using System.Text;
using Engine.Inference;
using Engine.Server.Tests.Support;

namespace Engine.Server.Tests.Streaming;

public sealed class StreamPumpTests
{
    private const string Body = """{"model":"default","stream":true,"messages":[{"role":"user","content":"Hi"}]}""";

    [Fact]
    public async Task Run_ModelFailsAfterTheFirstByte_EndsWithAnErrorEvent()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        server.Model.Script = request => new ScriptedGeneration(ScriptedGeneration.Updates(request, "a", "b"))
        {
            BeforeUpdate = (index, _) => index == 1 ? throw new GenerationException(GenerationError.ModelFailed, "The logits are no numbers.") : Task.CompletedTask,
        };

        Answer answer = await server.ChatAsync("\"stream\":true");

        Assert.Equal(200, answer.Status);
        Assert.EndsWith(
            """data: {"error":{"message":"The logits are no numbers.","type":"server_error","param":null,"code":"model_failed"}}""" + "\n\n", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", answer.Text, StringComparison.Ordinal);
        await server.Model.Generations[0].Disposed;
    }

    [Fact]
    public async Task Run_UnexpectedFault_TellsNothingOfItsInside()
    {
        await using ApiServer server = await ApiServer.StartAsync();
        server.Model.Script = request => new ScriptedGeneration(ScriptedGeneration.Updates(request, "a"))
        {
            BeforeUpdate = (_, _) => throw new InvalidOperationException("secret path"),
        };

        Answer answer = await server.ChatAsync("\"stream\":true");

        Assert.Contains("""data: {"error":{"message":"The server failed while it answered.",""", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SilenceOfTheInterval_WritesAComment()
    {
        FixedTime time = new();
        await using ApiServer server = await ApiServer.StartAsync(time: time);
        TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Model.Script = request => new ScriptedGeneration(ScriptedGeneration.Updates(request, "a")) { BeforeUpdate = (_, _) => go.Task };

        Task<Answer> pending = server.ChatAsync("\"stream\":true");
        for (int i = 0; i < 2; i++)
        {
            await WaitUntilAsync(() => time.RunningTimers(TimeSpan.FromSeconds(15)) > 0);
            time.Fire();
        }

        await WaitUntilAsync(() => time.RunningTimers(TimeSpan.FromSeconds(15)) > 0);
        go.SetResult();
        string[] frames = (await pending).Text.Split("\n\n");

        Assert.Equal([": keep-alive", ": keep-alive"], frames[1..3]);
        Assert.Contains("\"content\":\"a\"", frames[3], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_ClientGone_EndsTheGeneration(bool stream)
    {
        await using ApiServer server = await ApiServer.StartAsync();
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Model.Script = request => new ScriptedGeneration(ScriptedGeneration.Updates(request, "a", "b", "c"))
        {
            BeforeUpdate = async (index, cancellationToken) =>
            {
                if (index == 2)
                {
                    started.TrySetResult();
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                }
            },
        };

        using (TcpClient client = new())
        {
            await client.ConnectAsync(server.Address.Host, server.Address.Port, TestContext.Current.CancellationToken);
            string body = stream ? Body : Body.Replace("true", "false", StringComparison.Ordinal);
            await client.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes($"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"),
                TestContext.Current.CancellationToken);
            await started.Task;
            client.Client.LingerState = new LingerOption(true, 0);
        }

        await server.Model.Generations[0].Disposed.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Run_Http10_WritesAPlainStreamThatEndsWithTheConnection()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        string answer = await server.RawAsync($"POST /v1/chat/completions HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");

        Assert.DoesNotContain("transfer-encoding", answer, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith("}]}\n\ndata: [DONE]\n\n", answer, StringComparison.Ordinal);
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(5, limit.Token);
        }
    }
}
