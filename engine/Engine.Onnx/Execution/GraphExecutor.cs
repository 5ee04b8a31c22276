using System.Diagnostics;
using Engine.Onnx.Operators;
using Engine.Onnx.Tensors;
using Engine.Onnx.Threading;

namespace Engine.Onnx.Execution;

/// <summary>
/// Runs a plan: every step in order, each value's memory back to the pool after its last use. Knows operators only by their base class.
/// A second run with the same shapes allocates nothing. For one thread at a time.
/// </summary>
internal sealed unsafe class GraphExecutor
{
    private readonly ExecutionPlan _plan;
    private readonly OperatorTimings? _timings;
    private readonly OperatorContext _context;
    private readonly Tensor?[] _slots;
    private readonly Tensor?[] _branchOutputs;

    public GraphExecutor(ExecutionPlan plan, WorkerPool workers, BufferPool pool, OperatorTimings? timings)
    {
        _plan = plan;
        _timings = timings;
        _slots = [.. plan.Constants];
        _branchOutputs = new Tensor?[plan.Outputs.Length];
        _context = new OperatorContext(workers, pool, _slots);
        foreach (int slot in plan.Intermediates)
        {
            _slots[slot] = new Tensor();
        }
    }

    /// <summary>Computes the outputs.</summary>
    /// <param name="inputs">One for each input of the plan; null for one that nothing reads.</param>
    /// <param name="outputs">One for each output: a tensor to write into, or null, which becomes a tensor that the caller disposes of.</param>
    public void Run(ReadOnlySpan<Tensor?> inputs, Span<Tensor?> outputs)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            _slots[_plan.Inputs[i]] = inputs[i];
        }

        try
        {
            RunSteps(outputs);
        }
        finally
        {
            Release();
            foreach (int slot in _plan.Inputs)
            {
                _slots[slot] = null;
            }
        }
    }

    /// <summary>Runs as the branch of a node of another graph.</summary>
    /// <param name="outer">The slots of that graph, from which captured values come.</param>
    /// <returns>The results, valid until <see cref="Release"/>.</returns>
    public ReadOnlySpan<Tensor?> RunBranch(Tensor?[] outer)
    {
        foreach (CapturedSlot captured in _plan.Captured)
        {
            _slots[captured.Inner] = outer[captured.Outer];
        }

        RunSteps(_branchOutputs);
        return _branchOutputs;
    }

    /// <summary>Gives back what a run left: everything of a run that failed, and a branch's results.</summary>
    public void Release()
    {
        foreach (int slot in _plan.Intermediates)
        {
            _slots[slot]!.Unbind();
        }

        for (int i = 0; i < _branchOutputs.Length; i++)
        {
            _branchOutputs[i]?.Dispose();
            _branchOutputs[i] = null;
        }
    }

    private void RunSteps(Span<Tensor?> outputs)
    {
        for (int i = 0; i < outputs.Length; i++)
        {
            if (_plan.Outputs[i] is { Step: { } step } planned)
            {
                step.PreparedOutputs[planned.StepOutput] = outputs[i] is not null;
                _slots[planned.Slot] = outputs[i] ??= new Tensor();
            }
        }

        foreach (ExecutionStep step in _plan.Steps)
        {
            RunStep(step);
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            if (_plan.Outputs[i].Step is null)
            {
                outputs[i] = Copy(_slots[_plan.Outputs[i].Slot]!, outputs[i]);
            }
        }
    }

    private void RunStep(ExecutionStep step)
    {
        long started = _timings is null ? 0 : Stopwatch.GetTimestamp();
        _context.Begin(step);
        try
        {
            step.Operator.Run(_context);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or IndexOutOfRangeException or ArithmeticException)
        {
            throw new InvalidModelException($"{step.Node}: {exception.Message}", exception);
        }
        finally
        {
            _context.End();
        }

        foreach (int slot in step.LastUses)
        {
            _slots[slot]!.Unbind();
        }

        _timings?.Add(step.Node, Stopwatch.GetTimestamp() - started);
    }

    private static Tensor Copy(Tensor source, Tensor? target)
    {
        target ??= Tensor.Allocate(source.ElementType, source.Shape);
        if (target.ElementType != source.ElementType || target.Shape != source.Shape)
        {
            throw new InvalidModelException($"an output is {source}, but the tensor prepared for it is {target}.");
        }

        if (source.Data != target.Data)
        {
            Buffer.MemoryCopy(source.Data, target.Data, target.ByteLength, source.ByteLength);
        }

        return target;
    }
}
