namespace Engine.Onnx.Format;

/// <summary>Where a tensor's bytes lie outside of its model file.</summary>
/// <param name="Location">The file, beside the model.</param>
/// <param name="Offset">The first byte.</param>
internal readonly record struct WeightPlace(string Location, long Offset);
