namespace Engine.OnnxRuntime;

/// <summary>Which row of the caches a sequence has, and how many tokens are in it.</summary>
internal sealed class RowTable
{
    private const long Nobody = long.MinValue;

    private readonly Dictionary<long, int> _rows = [];
    private readonly long[] _owners;
    private readonly long[] _lastSteps;
    private readonly int[] _lengths;
    private long _step;

    /// <param name="rowCount">Rows there are.</param>
    public RowTable(int rowCount)
    {
        _owners = new long[rowCount];
        Array.Fill(_owners, Nobody);
        _lastSteps = new long[rowCount];
        _lengths = new int[rowCount];
    }

    /// <summary>Rows there are.</summary>
    public int Count => _owners.Length;

    /// <summary>Tokens of each row; 0 for one that nobody has.</summary>
    public Span<int> Lengths => _lengths;

    /// <summary>Begins a step: rows used from now on were used last.</summary>
    public void BeginStep() => _step++;

    /// <summary>The row of a sequence; one that begins gets the lowest that is free, else the one that nobody used for longest.</summary>
    /// <exception cref="InvalidOperationException">It has computed tokens, and its row went to another since.</exception>
    public int RowOf(long sequence, int position)
    {
        if (!_rows.TryGetValue(sequence, out int row))
        {
            if (position > 0)
            {
                throw new InvalidOperationException($"More than {Count} sequences were computed since the last token of this one: its keys and values are gone.");
            }

            row = FreeRow();
            _rows.Add(sequence, row);
            _owners[row] = sequence;
        }

        _lengths[row] = Math.Min(_lengths[row], position);
        _lastSteps[row] = _step;
        return row;
    }

    /// <summary>Makes a sequence's row free, if it has one.</summary>
    public void Release(long sequence)
    {
        if (_rows.Remove(sequence, out int row))
        {
            _owners[row] = Nobody;
            _lengths[row] = 0;
        }
    }

    /// <summary>Makes all rows free.</summary>
    public void Clear()
    {
        _rows.Clear();
        Array.Fill(_owners, Nobody);
        Array.Clear(_lengths);
    }

    /// <summary>Finds the highest row that somebody has, if a lower one is free.</summary>
    public bool FindGap(out int from, out int to)
    {
        to = Array.IndexOf(_owners, Nobody);
        from = Array.FindLastIndex(_owners, owner => owner != Nobody);
        return to >= 0 && to < from;
    }

    /// <summary>Gives a sequence another row, which is free.</summary>
    public void Move(int from, int to)
    {
        _rows[_owners[from]] = to;
        (_owners[to], _owners[from]) = (_owners[from], Nobody);
        (_lengths[to], _lengths[from]) = (_lengths[from], 0);
        _lastSteps[to] = _lastSteps[from];
    }

    private int FreeRow()
    {
        int row = Array.IndexOf(_owners, Nobody);
        if (row >= 0)
        {
            return row;
        }

        row = Array.IndexOf(_lastSteps, _lastSteps.Min());
        Release(_owners[row]);
        return row;
    }
}
