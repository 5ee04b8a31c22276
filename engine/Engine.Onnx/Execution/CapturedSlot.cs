namespace Engine.Onnx.Execution;

/// <summary>A value that a branch reads from the graph around it.</summary>
internal readonly record struct CapturedSlot(int Outer, int Inner);
