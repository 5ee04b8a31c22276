namespace Engine.Inference.Tokenization.Models;

/// <summary>The longest token from the left, then the longest with the continuation prefix, and so on; a word that cannot be spelled so is unknown.</summary>
internal sealed class WordPieceModel : TokenizationModel
{
    private readonly string _unknownToken;
    private readonly int _maximumCharacters;
    private readonly ByteTrie _trie;
    private readonly int _continuationRoot;

    public WordPieceModel(Vocabulary vocabulary, byte[] unknownToken, byte[] continuationPrefix, int maximumCharacters)
        : base(vocabulary)
    {
        _unknownToken = System.Text.Encoding.UTF8.GetString(unknownToken);
        _maximumCharacters = maximumCharacters;
        UnknownId = vocabulary.TryGetId(unknownToken, out int unknown) ? unknown : null;
        _trie = ByteTrie.Of(vocabulary);
        _continuationRoot = ByteTrie.Root;
        foreach (byte value in continuationPrefix)
        {
            _continuationRoot = _continuationRoot == ByteTrie.NoNode ? ByteTrie.NoNode : _trie.ChildOf(_continuationRoot, value);
        }
    }

    public override int? UnknownId { get; }

    protected override void TokenizePiece(ReadOnlySpan<byte> piece, List<int> ids)
    {
        int before = ids.Count;
        if (System.Text.Encoding.UTF8.GetCharCount(piece) > _maximumCharacters && CharactersOf(piece) > _maximumCharacters)
        {
            ids.Add(RequireUnknown());
            return;
        }

        for (int start = 0; start < piece.Length;)
        {
            int node = start == 0 ? ByteTrie.Root : _continuationRoot;
            int end = start;
            int id = ByteTrie.NoValue;
            for (int i = start; i < piece.Length && node != ByteTrie.NoNode; i++)
            {
                node = _trie.ChildOf(node, piece[i]);
                if (node != ByteTrie.NoNode && _trie.ValueOf(node) != ByteTrie.NoValue)
                {
                    id = _trie.ValueOf(node);
                    end = i + 1;
                }
            }

            if (id == ByteTrie.NoValue)
            {
                ids.RemoveRange(before, ids.Count - before);
                ids.Add(RequireUnknown());
                return;
            }

            ids.Add(id);
            start = end;
        }
    }

    private static int CharactersOf(ReadOnlySpan<byte> piece)
    {
        int count = 0;
        foreach (byte value in piece)
        {
            count += (value & 0xC0) != 0x80 ? 1 : 0;
        }

        return count;
    }

    private int RequireUnknown() => UnknownId ?? throw new TokenizationException(
        $"The text has a word that the tokenizer cannot spell, and its unknown token '{_unknownToken}' is not in its vocabulary.");
}
