namespace Engine.Inference.Tokenization.Regex;

/// <summary>
/// Remembers at which instruction and position a match failed. Marks are set when a place is tried; those that turn out to lie on the way
/// to a match are taken back, for which they stand in a log until it is known.
/// </summary>
internal sealed class RegexMemory(int instructionCount)
{
    private const int PageBits = 12;
    private const int PageWords = (1 << PageBits) / 64;
    private const long MaximumBytes = 512L << 20;

    private readonly Dictionary<long, ulong[]> _pages = [];
    private readonly List<long> _log = [];

    public bool IsOn { get; set; }

    public int LogLength => _log.Count;

    public void Clear()
    {
        _pages.Clear();
        _log.Clear();
        IsOn = false;
    }

    /// <summary>False if the place is known to fail.</summary>
    public bool TryMark(int pc, int position)
    {
        long place = (long)position * instructionCount + pc;
        ref ulong word = ref WordOf(place);
        ulong bit = 1UL << (int)(place & 63);
        if ((word & bit) != 0)
        {
            return false;
        }

        word |= bit;
        _log.Add(place);
        return true;
    }

    /// <summary>Everything tried since the log had this length failed.</summary>
    public void Confirm(int length)
    {
        if (_log.Count > length)
        {
            _log.RemoveRange(length, _log.Count - length);
        }
    }

    /// <summary>What is left in the log behind this length led to a match.</summary>
    public void Forget(int length)
    {
        for (int i = length; i < _log.Count; i++)
        {
            WordOf(_log[i]) &= ~(1UL << (int)(_log[i] & 63));
        }

        Confirm(length);
    }

    private ref ulong WordOf(long place)
    {
        long number = place >> PageBits;
        if (!_pages.TryGetValue(number, out ulong[]? page))
        {
            if ((_pages.Count + 1L) * PageWords * sizeof(ulong) > MaximumBytes)
            {
                throw new TokenizationException("The tokenizer's regular expression takes too much memory on this text.");
            }

            _pages.Add(number, page = new ulong[PageWords]);
        }

        return ref page[(place & ((1 << PageBits) - 1)) >> 6];
    }
}
