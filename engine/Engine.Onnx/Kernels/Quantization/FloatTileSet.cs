namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Float activations.</summary>
internal readonly unsafe struct FloatTileSet<TFormat> : ITileSet
    where TFormat : struct, IFieldFormat
{
    public static int NextTile(int rowsLeft) => rowsLeft == 1 ? 1 : Math.Min(rowsLeft & ~1, 48);

    public static long TileBytes(in BlockLayout layout, int tileRows) =>
        (FloatActivations.TileLength<TFormat>(layout, tileRows) * sizeof(int) + AlignedMemory.Alignment - 1) & ~(AlignedMemory.Alignment - 1);

    public static void Pack(float* source, int rows, int columns, in BlockLayout layout, byte* tile, int tileRows) =>
        FloatActivations.Pack<TFormat>(source, rows, columns, layout, (int*)tile, tileRows);

    public static void Run(byte* group, in BlockLayout layout, byte* tile, int tileRows, float* sums)
    {
        switch (tileRows)
        {
            case 1 when typeof(TFormat) == typeof(EightBits):
                FloatTiles.RunBytes1(group, layout, (int*)tile, sums);
                break;
            case 1:
                FloatTiles.RunFields1<TFormat>(group, layout, (int*)tile, sums);
                break;
            default:
                if (typeof(TFormat) == typeof(EightBits))
                {
                    FloatTiles.RunBytes2(group, layout, (int*)tile, tileRows, sums);
                    break;
                }

                FloatTiles.RunFields2<TFormat>(group, layout, (int*)tile, tileRows, sums);
                break;
        }
    }
}
