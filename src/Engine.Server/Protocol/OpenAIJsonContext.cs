using System.Text.Json.Serialization;

namespace Engine.Server.Protocol;

/// <summary>Source-generated writers of every type that the server sends.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Default)]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(ChatCompletion))]
[JsonSerializable(typeof(ChatCompletionChunk))]
[JsonSerializable(typeof(ChatCompletionUsageChunk))]
[JsonSerializable(typeof(Completion))]
[JsonSerializable(typeof(CompletionWithUsage))]
[JsonSerializable(typeof(ModelInfo))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(HealthStatus))]
[JsonSerializable(typeof(CapabilityList))]
internal sealed partial class OpenAIJsonContext : JsonSerializerContext;
