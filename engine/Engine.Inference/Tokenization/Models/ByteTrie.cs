using System.Buffers.Binary;

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

    /// <summary>Builds from strings and their values; of equal strings the last counts.</summary>
    public ByteTrie(ReadOnlyMemory<byte>[] keys, int[] values)
    {
        int[] order = Sorted(keys);
        _nodes.Add(default);
        _labels.Add(0);

        // Breadth first, so that a node's children get consecutive numbers.
        Queue<(int Node, int First, int End, int Depth)> pending = new([(Root, 0, keys.Length, 0)]);
        while (pending.TryDequeue(out (int Node, int First, int End, int Depth) group))
        {
            int value = NoValue;
            int first = group.First;
            while (first < group.End && keys[order[first]].Length == group.Depth)
            {
                value = values[order[first++]];
            }

            int firstChild = _nodes.Count;
            for (int i = first; i < group.End;)
            {
                byte label = keys[order[i]].Span[group.Depth];
                int end = i + 1;
                while (end < group.End && keys[order[end]].Span[group.Depth] == label)
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
        int[] ids = Enumerable.Range(0, vocabulary.IdLimit).Where(id => vocabulary.SpellingOf(id).Length > 0).ToArray();
        return new ByteTrie(Array.ConvertAll(ids, vocabulary.MemoryOf), ids);
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

    /// <summary>The order of the strings: by their first eight bytes as a number, which settles most, then by the rest and their place.</summary>
    private static int[] Sorted(ReadOnlyMemory<byte>[] keys)
    {
        ulong[] beginnings = new ulong[keys.Length];
        int[] order = new int[keys.Length];
        Span<byte> beginning = stackalloc byte[sizeof(ulong)];
        for (int i = 0; i < keys.Length; i++)
        {
            beginning.Clear();
            keys[i].Span[..Math.Min(sizeof(ulong), keys[i].Length)].CopyTo(beginning);
            beginnings[i] = BinaryPrimitives.ReadUInt64BigEndian(beginning);
            order[i] = i;
        }

        Array.Sort(beginnings, order);
        for (int i = 0; i < order.Length;)
        {
            int end = i + 1;
            while (end < order.Length && beginnings[end] == beginnings[i])
            {
                end++;
            }

            order.AsSpan(i, end - i).Sort((a, b) => keys[a].Span.SequenceCompareTo(keys[b].Span) is var compared && compared != 0 ? compared : a.CompareTo(b));
            i = end;
        }

        return order;
    }

    private readonly record struct Node(int FirstChild, int ChildCount, int Value);
}
