namespace Engine.Inference.Tokenization.Models;

/// <summary>Byte strings with a value each, as a trie whose nodes keep their children next to each other, sorted.</summary>
internal sealed class ByteTrie
{
    public const int Root = 0;
    public const int NoNode = -1;
    public const int NoValue = -1;

    private readonly List<Node> _nodes = [];
    private readonly List<byte> _labels = [];
    private readonly int[] _rootChildren = new int[256];

    /// <summary>Builds from entries; of equal ones the last counts.</summary>
    public ByteTrie(IEnumerable<KeyValuePair<byte[], int>> entries)
    {
        KeyValuePair<byte[], int>[] sorted = entries.Select((entry, order) => (entry, order))
            .OrderBy(item => item.entry.Key, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))
            .ThenBy(item => item.order).Select(item => item.entry).ToArray();
        _nodes.Add(default);
        _labels.Add(0);

        // Breadth first, so that a node's children get consecutive numbers.
        Queue<(int Node, int First, int End, int Depth)> pending = new([(Root, 0, sorted.Length, 0)]);
        while (pending.TryDequeue(out (int Node, int First, int End, int Depth) group))
        {
            int value = NoValue;
            int first = group.First;
            while (first < group.End && sorted[first].Key.Length == group.Depth)
            {
                value = sorted[first++].Value;
            }

            int firstChild = _nodes.Count;
            for (int i = first; i < group.End;)
            {
                byte label = sorted[i].Key[group.Depth];
                int end = i + 1;
                while (end < group.End && sorted[end].Key[group.Depth] == label)
                {
                    end++;
                }

                pending.Enqueue((_nodes.Count, i, end, group.Depth + 1));
                _nodes.Add(default);
                _labels.Add(label);
                i = end;
            }

            _nodes[group.Node] = new Node(firstChild, _nodes.Count - firstChild, value);
        }

        Array.Fill(_rootChildren, NoNode);
        for (int i = 0; i < _nodes[Root].ChildCount; i++)
        {
            _rootChildren[_labels[_nodes[Root].FirstChild + i]] = _nodes[Root].FirstChild + i;
        }
    }

    /// <summary>All tokens of a vocabulary with their ids.</summary>
    public static ByteTrie Of(Vocabulary vocabulary)
    {
        List<KeyValuePair<byte[], int>> entries = new(vocabulary.Count);
        for (int id = 0; id < vocabulary.IdLimit; id++)
        {
            if (vocabulary.SpellingOf(id) is { Length: > 0 } spelling)
            {
                entries.Add(new(spelling.ToArray(), id));
            }
        }

        return new ByteTrie(entries);
    }

    public int ValueOf(int node) => _nodes[node].Value;

    public int ChildOf(int node, byte label)
    {
        if (node == Root)
        {
            return _rootChildren[label];
        }

        Node parent = _nodes[node];
        int low = parent.FirstChild;
        int high = low + parent.ChildCount - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int compared = _labels[middle] - label;
            if (compared == 0)
            {
                return middle;
            }

            (low, high) = compared < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return NoNode;
    }

    /// <summary>The bytes that a string can begin with.</summary>
    public byte[] FirstBytes() => Enumerable.Range(0, 256).Where(label => _rootChildren[label] != NoNode).Select(label => (byte)label).ToArray();

    private readonly record struct Node(int FirstChild, int ChildCount, int Value);
}
