using System.Buffers;
using Engine.Inference.Tokenization.Models;

namespace Engine.Inference.Tokenization.AddedTokens;

/// <summary>Finds added tokens in a text: from left to right, the longest at each place.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly ByteTrie _trie;
    private readonly SearchValues<byte> _firstBytes;

    public AddedTokenMatcher(IEnumerable<KeyValuePair<byte[], int>> spellings)
    {
        KeyValuePair<byte[], int>[] all = spellings.ToArray();
        _trie = new ByteTrie(Array.ConvertAll(all, entry => (ReadOnlyMemory<byte>)entry.Key), Array.ConvertAll(all, entry => entry.Value));
        _firstBytes = SearchValues.Create(_trie.FirstBytes());
    }

    /// <summary>The next place at or behind <paramref name="position"/> where a token could begin, or -1.</summary>
    public int NextCandidate(ReadOnlySpan<byte> text, int position)
    {
        int offset = text[position..].IndexOfAny(_firstBytes);
        return offset < 0 ? -1 : position + offset;
    }

    /// <summary>The next token at or behind <paramref name="position"/>.</summary>
    public bool TryFind(ReadOnlySpan<byte> text, int position, out int start, out int end, out int id)
    {
        for (int offset = text[position..].IndexOfAny(_firstBytes); offset >= 0; offset = text[position..].IndexOfAny(_firstBytes))
        {
            start = position + offset;
            if (TryMatch(text, start, accepts: null, out end, out id))
            {
                return true;
            }

            position = start + 1;
        }

        start = end = id = -1;
        return false;
    }

    /// <summary>The longest token that begins exactly at <paramref name="start"/> and is acceptable.</summary>
    public bool TryMatch(ReadOnlySpan<byte> text, int start, Func<int, int, bool>? accepts, out int end, out int id)
    {
        end = id = -1;
        int node = ByteTrie.Root;
        for (int i = start; i < text.Length; i++)
        {
            node = _trie.ChildOf(node, text[i]);
            if (node == ByteTrie.NoNode)
            {
                break;
            }

            int value = _trie.ValueOf(node);
            if (value != ByteTrie.NoValue && (accepts is null || accepts(value, i + 1)))
            {
                id = value;
                end = i + 1;
            }
        }

        return id >= 0;
    }
}
