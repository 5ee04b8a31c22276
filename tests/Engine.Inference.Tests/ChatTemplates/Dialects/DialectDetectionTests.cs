using Engine.Tests;

namespace Engine.Inference.ChatTemplates.Dialects;

/// <summary>The dialects of real templates, and of vocabularies whose template says nothing.</summary>
public sealed class DialectDetectionTests
{
    [Theory]
    [InlineData("Apertus-8B-Instruct", null, "<|inner_prefix|>")]
    [InlineData("ByteDance-Seed-OSS", "seed", "<seed:think>")]
    [InlineData("CohereForAI-c4ai-command-r7b-12-2024-tool_use", "command", "<|START_THINKING|>")]
    [InlineData("GLM-4.6", "glm", "<think>")]
    [InlineData("GLM-4.7-Flash", "glm", "<think>")]
    [InlineData("Kimi-K2-Instruct", "kimi", null)]
    [InlineData("Kimi-K2-Thinking", "kimi", "<think>")]
    [InlineData("LFM2.5-8B-A1B", "lfm2", "<think>")]
    [InlineData("MiniMax-M2", "minimax", "<think>")]
    [InlineData("Mistral-Small-3.2-24B-Instruct-2506", "mistral", null)]
    [InlineData("NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", "qwen3-coder", "<think>")]
    [InlineData("NVIDIA-Nemotron-Nano-v2", "nemotron", "<think>")]
    [InlineData("NousResearch-Hermes-3-Llama-3.1-8B-tool_use", "hermes", null)]
    [InlineData("Qwen-QwQ-32B", "hermes", "<think>")]
    [InlineData("Qwen-Qwen2.5-7B-Instruct", "hermes", null)]
    [InlineData("Qwen-Qwen3-0.6B", "hermes", "<think>")]
    [InlineData("Qwen-Qwen3-Coder-30B-A3B-Instruct", "qwen3-coder", null)]
    [InlineData("Qwen3.5-4B", "qwen3-coder", "<think>")]
    [InlineData("deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", "deepseek-v3", "<think>")]
    [InlineData("deepseek-ai-DeepSeek-V3.1", "deepseek-v3.1", "<think>")]
    [InlineData("deepseek-ai-DeepSeek-V3.2", "deepseek-dsml", "<think>")]
    [InlineData("google-gemma-2-2b-it", null, null)]
    [InlineData("google-gemma-4-31B-it", "gemma4", "<|channel>thought\n")]
    [InlineData("ibm-granite-granite-3.3-2B-Instruct", "granite", "<think>")]
    [InlineData("ibm-granite-granite-4.0", "hermes", null)]
    [InlineData("meta-llama-Llama-3.1-8B-Instruct", "llama-json", null)]
    [InlineData("meta-llama-Llama-3.2-3B-Instruct", "llama-json", null)]
    [InlineData("microsoft-Phi-3.5-mini-instruct", null, null)]
    [InlineData("mistralai-Ministral-3-14B-Reasoning-2512", "mistral", "[THINK]")]
    [InlineData("mistralai-Mistral-Nemo-Instruct-2407", "mistral", null)]
    [InlineData("moonshotai-Kimi-K2", "kimi", null)]
    [InlineData("openai-gpt-oss-120b", "harmony", null)]
    public void Detect_RealTemplate_FindsItsDialect(string name, string? toolCalls, string? reasoningStart)
    {
        ChatTemplate template = ChatTemplate.Parse(File.ReadAllText(SharedData.PathOf($"chat-templates/templates/{name}.jinja")));
        OutputDialect dialect = OutputDialect.Detect(template);
        Assert.Equal((toolCalls, reasoningStart), (dialect.ToolCallDialectName, dialect.ReasoningStart));
    }

    [Theory]
    [InlineData("hermes", "<tool_call>", "</tool_call>")]
    [InlineData("phi4", "<|tool_call|>", "<|/tool_call|>")]
    [InlineData("granite", "<|tool_call|>")]
    [InlineData("mistral", "[TOOL_CALLS]", "[ARGS]")]
    [InlineData("lfm2", "<|tool_call_start|>", "<|tool_call_end|>")]
    [InlineData("llama-json", "<|python_tag|>", "<|eom_id|>")]
    [InlineData(null, "<|im_start|>")]
    public void Detect_TemplateWithoutSigns_GoesByTheVocabulary(string? expected, params string[] tokens) =>
        Assert.Equal(expected, OutputDialect.Detect(ChatTemplate.Parse("{{ messages }}"), tokens.Contains).ToolCallDialectName);

    [Fact]
    public void Detect_TemplateSigns_WinOverTheVocabulary() =>
        Assert.Equal("mistral", OutputDialect.Detect(ChatTemplate.Parse("[TOOL_CALLS]"), token => token.Contains("tool_call", StringComparison.Ordinal)).ToolCallDialectName);
}
