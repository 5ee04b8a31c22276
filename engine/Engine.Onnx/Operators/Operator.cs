namespace Engine.Onnx.Operators;

/// <summary>
/// The code of one node: constructed once from its attributes, run once per step. A row of its result depends on nothing but that row's own inputs.
/// </summary>
internal abstract class Operator : IDisposable
{
    /// <summary>
    /// The inputs, as a bit mask, whose memory the first output may take over when nothing else reads them and type and shape are equal:
    /// for operators that read each element before they write it.
    /// </summary>
    public virtual uint OverwritableInputs => 0;

    /// <summary>Whether <see cref="OperatorContext.AllocateOutput"/> may choose other memory than a fresh buffer; see <see cref="OverwritableInputs"/>.</summary>
    protected const uint FirstInput = 1;

    /// <summary>Both operands of a binary operator.</summary>
    protected const uint FirstTwoInputs = 3;

    /// <summary>Computes the outputs of one call.</summary>
    /// <exception cref="InvalidModelException">The inputs are of a type or shape that the operator does not take; the message names the node.</exception>
    public abstract void Run(OperatorContext context);

    /// <summary>
    /// Called once before the first run: brings constant inputs into the layout that the kernel likes. Inputs that it has then no more use for
    /// are released, and must not be read by <see cref="Run"/>.
    /// </summary>
    public virtual void Prepack(PrepackContext context)
    {
    }

    /// <summary>Bytes of weights that a run reads from beginning to end, however few rows it computes.</summary>
    public virtual long WeightBytes => 0;

    /// <summary>Frees what <see cref="Prepack"/> made.</summary>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}
