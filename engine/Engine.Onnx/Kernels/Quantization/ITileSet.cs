namespace Engine.Onnx.Kernels.Quantization;

/// <summary>The kernels of one way to multiply quantised weights: how activations are packed, and tiles of 1, 2 and 4 rows.</summary>
internal unsafe interface ITileSet
{
    /// <summary>The tile that serves the next rows best; it may have rows too many, which are zeros.</summary>
    static abstract int NextTile(int rowsLeft);

    /// <summary>Bytes of a packed tile, a multiple of a cache line.</summary>
    static abstract long TileBytes(in BlockLayout layout, int tileRows);

    /// <summary>Packs <paramref name="rows"/> activation rows as a tile of <paramref name="tileRows"/>.</summary>
    static abstract void Pack(float* source, int rows, int columns, in BlockLayout layout, byte* tile, int tileRows);

    /// <summary>One group of weights times one tile: <c>[tileRows, 16]</c> sums.</summary>
    static abstract void Run(byte* group, in BlockLayout layout, byte* tile, int tileRows, float* sums);
}
