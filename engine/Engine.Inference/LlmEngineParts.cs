using Engine.Inference.ChatTemplates;
using Engine.Inference.Models;
using Engine.Inference.Runners;
using Engine.Inference.Tokenization;
using Engine.Onnx;

namespace Engine.Inference;

/// <summary>What an engine is put together from.</summary>
/// <param name="Runner">What computes; the engine disposes it.</param>
/// <param name="Tokenizer">Text to tokens and back.</param>
/// <param name="Template">Messages to text, for models that chat.</param>
/// <param name="Config">What the folder says about the model.</param>
/// <param name="Defaults">The folder's sampling defaults.</param>
/// <param name="Fingerprint">Names files and runner.</param>
/// <param name="Warnings">What is odd but harmless about the folder.</param>
internal sealed record LlmEngineParts(
    IModelRunner Runner,
    Tokenizer Tokenizer,
    ChatTemplate? Template,
    ModelConfig Config,
    GenerationConfig Defaults,
    string Fingerprint,
    IReadOnlyList<string> Warnings)
{
    /// <summary>Reads a model's folder.</summary>
    /// <exception cref="InvalidModelException">The folder cannot be run.</exception>
    public static LlmEngineParts Load(LlmEngineOptions options, CancellationToken cancellationToken)
    {
        ModelDirectory directory = ModelDirectory.Open(options.Model, options.AllowNativeCode);
        directory.RequireTokenizer();
        Tokenizer tokenizer = Tokenizer.Load(directory.TokenizerFolder);
        ChatTemplate? template = ChatTemplate.Load(directory.TokenizerFolder);
        cancellationToken.ThrowIfCancellationRequested();
        ModelRunnerFactory createRunner = options.Runner ?? ManagedModelRunner.Create;
        IModelRunner runner = createRunner(directory, options);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new LlmEngineParts(
                runner, tokenizer, template, directory.Config, directory.Generation, ModelFingerprint.Of(directory.Path, runner.Fingerprint), directory.Warnings);
        }
        catch
        {
            runner.Dispose();
            throw;
        }
    }
}
