using Engine.Onnx.Graphs;
using Engine.Onnx.Kernels;
using Engine.Onnx.Tensors;

namespace Engine.Onnx.Operators;

/// <summary>
/// Turns pairs of elements by angles of the position. Two operators share the code: ONNX Runtime's (x, positions, cosines, sines) and that of
/// ONNX 23 (x, cosines, sines, positions or none), where tables without positions hold a row for every token.
/// </summary>
internal sealed unsafe class RotaryEmbedding : Operator
{
    private readonly bool _contrib;
    private readonly bool _interleaved;
    private readonly int _heads;
    private readonly int _rotaryDimension;

    public RotaryEmbedding(Node node, bool contrib)
    {
        _contrib = contrib;
        _interleaved = node.Attributes.Flag("interleaved");
        _heads = node.Attributes.Int32("num_heads", 0);
        _rotaryDimension = node.Attributes.Int32("rotary_embedding_dim", 0);
        if (node.Attributes.Flag("is_packed_batching"))
        {
            throw new InvalidModelException("is_packed_batching is not supported.");
        }
    }

    public override void Run(OperatorContext context)
    {
        Tensor x = context.Input(0);
        Tensor? positions = context.OptionalInput(_contrib ? 1 : 3);
        Tensor cosines = context.Input(_contrib ? 2 : 1);
        Tensor sines = context.Input(_contrib ? 3 : 2);
        if (x.Shape.Rank is not (3 or 4) || cosines.Shape.Rank < 2 || cosines.Shape != sines.Shape)
        {
            throw context.Error($"{x} with angles {cosines} and {sines}; [batch, tokens, width] or [batch, heads, tokens, head size] is needed.");
        }

        // Three dimensions: tokens of heads. Four: heads of tokens.
        bool headsFirst = x.Shape.Rank == 4;
        int half = cosines.Shape[^1];
        int width = x.Shape[^1];
        int headSize = headsFirst ? width : _heads > 0 ? width / _heads : half * 2;
        int rotary = _rotaryDimension > 0 ? _rotaryDimension : half * 2;
        if (headSize < 1 || width % headSize != 0 || rotary > headSize || rotary > half * 2 || rotary % 2 != 0)
        {
            throw context.Error($"{rotary} rotated elements in heads of {headSize} do not fit {x} and angles {cosines}.");
        }

        int batch = x.Shape[0];
        int heads = headsFirst ? x.Shape[1] : width / headSize;
        int tokens = headsFirst ? x.Shape[2] : x.Shape[1];
        long rows = cosines.Shape.CountBetween(0, cosines.Shape.Rank - 1);
        if (positions is null && rows != (long)batch * tokens)
        {
            throw context.Error($"without positions the angles {cosines} must hold one row for each of {batch} x {tokens} tokens.");
        }

        if (positions is not null && positions.ElementCount != 1 && positions.ElementCount != (long)batch * tokens)
        {
            throw context.Error($"the positions are {positions}; {batch} x {tokens} or a single one are needed.");
        }

        float* source = context.ReadFloats(x);
        float* cos = context.ReadFloats(cosines);
        float* sin = context.ReadFloats(sines);
        FloatOutput y = context.AllocateFloats(0, x.ElementType, x.Shape);
        for (int b = 0; b < batch; b++)
        {
            for (int token = 0; token < tokens; token++)
            {
                long position = Position(context, positions, (long)b * tokens + token, token);
                if (position < 0 || position >= rows)
                {
                    throw context.Error($"position {position}; the model has angles for {rows} positions.");
                }

                for (int head = 0; head < heads; head++)
                {
                    long at = headsFirst ? (((long)b * heads + head) * tokens + token) * headSize : (((long)b * tokens + token) * heads + head) * headSize;
                    Rotary.Run(source + at, cos + position * half, sin + position * half, headSize, rotary, _interleaved, y.Data + at);
                }
            }
        }

        y.Complete();
    }

    private long Position(OperatorContext context, Tensor? positions, long element, int token)
    {
        if (positions is null)
        {
            return element;
        }

        if (positions.ElementType != ElementType.Int64)
        {
            throw context.UnsupportedType(positions.ElementType);
        }

        // One position alone is that of the first token.
        return positions.ElementCount == 1 && _contrib ? *(long*)positions.Data + token : ((long*)positions.Data)[positions.ElementCount == 1 ? 0 : element];
    }
}
