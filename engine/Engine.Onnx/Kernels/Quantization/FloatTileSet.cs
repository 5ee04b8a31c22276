namespace Engine.Onnx.Kernels.Quantization;

/// <summary>Float activations.</summary>
internal readonly unsafe struct FloatTileSet<TFormat> : ITileSet
    where TFormat : struct, IFieldFormat
{
    public static int NextTile(int rowsLeft) => rowsLeft > 2 ? 4 : rowsLeft;

    public static long TileBytes(in BlockLayout layout, int tileRows) =>
        (FloatActivations.TileLength(layout, tileRows) * sizeof(float) + AlignedMemory.Alignment - 1) & ~(AlignedMemory.Alignment - 1);

    public static void Pack(float* source, int rows, int columns, in BlockLayout layout, byte* tile, int tileRows) =>
        FloatActivations.Pack<TFormat>(source, columns, rows, columns, layout, (float*)tile, tileRows);

    public static void Run(byte* group, in BlockLayout layout, byte* tile, int tileRows, float* sums)
    {
        switch (tileRows)
        {
            case 1:
                FloatTiles.Run1<TFormat>(group, layout, (float*)tile, sums);
                break;
            case 2:
                FloatTiles.Run2<TFormat>(group, layout, (float*)tile, sums);
                break;
            default:
                FloatTiles.Run4<TFormat>(group, layout, (float*)tile, sums);
                break;
        }
    }
}
