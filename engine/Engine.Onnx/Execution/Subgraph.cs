namespace Engine.Onnx.Execution;

/// <summary>A graph among a node's attributes: a branch or a loop's body.</summary>
/// <param name="Attribute">The attribute's name.</param>
/// <param name="Plan">How to run it.</param>
internal sealed record Subgraph(string Attribute, ExecutionPlan Plan);
