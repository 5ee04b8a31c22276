using Engine.Onnx.Graphs;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Execution;

/// <summary>Compares what a caller gives with what the model declares.</summary>
internal static class InputCheck
{
    /// <exception cref="ArgumentException">Missing, or of a wrong type, rank or fixed dimension.</exception>
    public static void Check(ValueInfo declared, Tensor? given, bool isRead)
    {
        if (given is null)
        {
            if (isRead)
            {
                throw new ArgumentException($"input '{declared.Name}' is missing; the model declares {declared}.");
            }

            return;
        }

        bool fits = declared.ElementType == ElementType.Undefined || given.ElementType == declared.ElementType;
        IReadOnlyList<Dimension>? dimensions = declared.Dimensions;
        if (dimensions is not null)
        {
            fits &= dimensions.Count == given.Shape.Rank;
            for (int i = 0; fits && i < dimensions.Count; i++)
            {
                fits = !dimensions[i].IsFixed || dimensions[i].Size == given.Shape[i];
            }
        }

        if (!fits)
        {
            throw new ArgumentException($"input '{declared.Name}' is {given}; the model declares {declared}.");
        }
    }
}
