namespace Engine.Onnx.Format;

/// <summary>What a model file says of itself, beside its graph.</summary>
/// <param name="IrVersion">Version of the file format.</param>
/// <param name="ProducerName">The program that wrote it; may be empty.</param>
/// <param name="ProducerVersion">That program's version; may be empty.</param>
/// <param name="Opsets">Operator set versions by domain, ONNX's own under the empty name.</param>
/// <param name="Properties">Free key-value pairs.</param>
public sealed record ModelMetadata(
    long IrVersion,
    string ProducerName,
    string ProducerVersion,
    IReadOnlyDictionary<string, int> Opsets,
    IReadOnlyDictionary<string, string> Properties);
