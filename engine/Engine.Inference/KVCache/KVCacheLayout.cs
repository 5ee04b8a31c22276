using System.Diagnostics.CodeAnalysis;

namespace Engine.Inference.KVCache;

/// <summary>
/// What a runner can store. A runner with paged storage says a small block size; one with contiguous buffers says a block size equal to its
/// context length, and the same pool then gives out whole slots.
/// </summary>
/// <param name="BlockSize">Tokens a block holds.</param>
/// <param name="BlockCount">Blocks there are, all sequences together.</param>
/// <param name="BytesPerBlock">Memory one block takes once it is used.</param>
/// <param name="CanShareBlocks">Whether two sequences may read the same full block (prefix cache).</param>
[Experimental("ENGINE001")]
public sealed record KVCacheLayout(int BlockSize, int BlockCount, long BytesPerBlock, bool CanShareBlocks);
