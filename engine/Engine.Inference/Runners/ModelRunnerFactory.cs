using System.Diagnostics.CodeAnalysis;
using Engine.Inference.Models;

namespace Engine.Inference.Runners;

/// <summary>Makes the runner of a model; how another backend takes the place of the managed one.</summary>
/// <param name="directory">The model's folder, already read and checked.</param>
/// <param name="options">What the user configured.</param>
/// <exception cref="Engine.Onnx.InvalidModelException">The folder cannot be run; the message says which file and what to do.</exception>
[Experimental("ENGINE001")]
public delegate IModelRunner ModelRunnerFactory(ModelDirectory directory, LlmEngineOptions options);
