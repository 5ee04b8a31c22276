namespace Engine.Onnx.Execution;

/// <summary>An output of a graph.</summary>
/// <param name="Slot">The slot that holds it at the end.</param>
/// <param name="Step">The step that writes straight into it; null when it is an input, a constant, captured, or the second output with this value: then it is copied.</param>
/// <param name="StepOutput">Which output of that step.</param>
internal readonly record struct PlannedOutput(int Slot, ExecutionStep? Step, int StepOutput);
