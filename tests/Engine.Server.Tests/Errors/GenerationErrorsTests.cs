using Engine.Server.Errors;

namespace Engine.Server.Tests.Errors;

public sealed class GenerationErrorsTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("Sampling.TopP", "top_p")]
    [InlineData("Sampling.LogitBias", "logit_bias")]
    [InlineData("Prompt", "messages")]
    [InlineData("Prompt[5]", "messages[5]")]
    [InlineData("Prompt.Messages[2]", "messages[2]")]
    [InlineData("Prompt.Messages[2].Content", "messages[2].content")]
    [InlineData("Prompt.ContinueFinalMessage", "continue_final_message")]
    [InlineData("Prompt.Variables", "chat_template_kwargs")]
    [InlineData("MaxTokens", "max_completion_tokens")]
    [InlineData("ChoiceCount", "n")]
    [InlineData("Stop[1]", "stop[1]")]
    [InlineData("StopTokenIds", "stop_token_ids")]
    [InlineData("IgnoreEndTokens", "ignore_eos")]
    [InlineData("CacheSalt", "cache_salt")]
    public void FieldOf_MemberOfTheEngine_IsTheFieldOfTheWire(string? member, string? field) =>
        Assert.Equal(field, GenerationErrors.FieldOf(member, "max_completion_tokens", "messages"));
}
