using Engine.Server.Tests.Support;

namespace Engine.Server.Tests.Models;

public sealed class ModelsHandlerTests
{
    [Fact]
    public async Task List_TwoModels_AnswersInTheHostedShape()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.SendAsync(HttpMethod.Get, "/v1/models");

        Assert.Equal(
            """{"object":"list","data":[{"id":"default","object":"model","created":1700000000,"owned_by":"engine","context_length":2048},{"id":"maker/small:q4","object":"model","created":1700000000,"owned_by":"engine","context_length":2048}]}""",
            answer.Text);
    }

    [Theory]
    [InlineData("default", "default")]
    [InlineData("%64%65%66%61%75%6c%74", "default")]
    [InlineData("maker/small:q4", "maker/small:q4")]
    [InlineData("maker%2Fsmall%3Aq4", "maker/small:q4")]
    [InlineData("maker%2fsmall:q4", "maker/small:q4")]
    public async Task Get_IdHoweverEscaped_FindsTheModel(string path, string id)
    {
        await using ApiServer server = await ApiServer.StartAsync();

        string answer = await server.RawAsync($"GET /v1/models/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains($$"""{"id":"{{id}}","object":"model",""", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such")]
    [InlineData("no-such/model:tag")]
    [InlineData("no-such%2Fmodel:tag")]
    [InlineData("..%2f..%2fetc%2fpasswd")]
    public async Task Get_UnknownId_IsNotFound(string path)
    {
        await using ApiServer server = await ApiServer.StartAsync();

        string answer = await server.RawAsync($"GET /v1/models/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 404", answer, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"model_not_found\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_Models_HasALengthAndNoBody()
    {
        await using ApiServer server = await ApiServer.StartAsync();

        Answer answer = await server.SendAsync(HttpMethod.Head, "/v1/models");

        Assert.Equal(200, answer.Status);
        Assert.Equal("", answer.Text);
        Assert.True(answer.ContentHeaders.ContentLength > 10);
    }
}
