namespace Engine.Onnx.Kernels.Attention;

/// <summary>Attention of some neighbouring tokens of one sequence through one head of keys and values. A row is one query head of one token.</summary>
internal unsafe struct AttentionUnit
{
    /// <summary>The operator's.</summary>
    public required AttentionParameters Parameters;

    /// <summary>The head of keys and values.</summary>
    public required int Head;

    /// <summary>Rotated queries, <c>[tokens, Heads, HeadSize]</c>.</summary>
    public required float* Queries;

    /// <summary>Floats from one token's queries to the next token's.</summary>
    public required nint QueryStride;

    /// <summary>Position of the first token in its sequence.</summary>
    public required int FirstPosition;

    public required int Tokens;

    /// <summary>For every sixteen tokens of the sequence that a row sees, their keys.</summary>
    public required byte** Keys;

    /// <summary>For every sixteen tokens of the sequence that a row sees, their values.</summary>
    public required byte** Values;

    /// <summary>Added to the scores of head 0: a row for every token, from token 0 of the sequence; null for none.</summary>
    public float* Bias;

    /// <summary>Floats from one token's row of the bias to the next.</summary>
    public nint BiasStride;

    /// <summary>Floats from one head of the bias to the next; 0 when all heads share it.</summary>
    public nint BiasHeadStride;

    /// <summary>Receives <c>[tokens, Heads, HeadSize]</c>.</summary>
    public required float* Output;

    /// <summary>Floats from one token's output to the next token's.</summary>
    public required nint OutputStride;

    /// <summary>Rows are numbered by token, then by head.</summary>
    public readonly int Rows => Tokens * Parameters.GroupSize;

    public readonly int LastPosition => FirstPosition + Tokens - 1;

    /// <summary>The first segment of which a row sees something.</summary>
    public readonly int FirstSegment => Parameters.FirstVisible(FirstPosition) / AttentionSegment.Tokens;

    public readonly int EndSegment => LastPosition / AttentionSegment.Tokens + 1;

    /// <summary>The position of a row's token.</summary>
    public readonly int Position(int row) => FirstPosition + row / Parameters.GroupSize;

    /// <summary>The query head of a row.</summary>
    public readonly int QueryHead(int row) => Head * Parameters.GroupSize + row % Parameters.GroupSize;
}
