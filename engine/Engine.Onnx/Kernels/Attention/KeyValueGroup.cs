namespace Engine.Onnx.Kernels.Attention;

/// <summary>Where the parts of a group lie: see <see cref="IKeyValueFormat"/>.</summary>
internal static unsafe class KeyValueGroup
{
    /// <summary>Tokens of a group.</summary>
    public const int Tokens = AttentionTiles.TokenLanes;

    /// <summary>Bytes of a group of one head.</summary>
    public static int Bytes<TFormat>(int headSize)
        where TFormat : struct, IKeyValueFormat => Tokens * (headSize * TFormat.ElementSize + (TFormat.HasScales ? sizeof(float) : 0));

    /// <summary>The sixteen scales of a group whose format has them.</summary>
    public static float* Scales<TFormat>(byte* group, int headSize)
        where TFormat : struct, IKeyValueFormat => (float*)(group + (long)Tokens * headSize * TFormat.ElementSize);
}
