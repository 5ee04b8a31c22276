using System.Buffers.Text;
using Engine.Inference.Tokenization.AddedTokens;
using Engine.Inference.Tokenization.Decoders;
using Engine.Inference.Tokenization.Models;
using Engine.Inference.Tokenization.PostProcessors;
using Engine.Inference.Tokenization.PreTokenizers;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>
/// Makes a tokenizer of a tiktoken rank file: a line for each token with its bytes in base64 and its rank. The file does not say how a text is
/// split into words; that is known for the published vocabularies, and another one is refused rather than split wrongly.
/// </summary>
internal static class TiktokenLoader
{
    private const int LongestLine = 4096;

    private const string Gpt2 = @"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string Llama3 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string O200k =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
        + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The published vocabularies by their number of ranks, with the control tokens that belong to them where no file names any.</summary>
    private static readonly (int Ranks, string Pattern, (string Content, int Id)[] Specials)[] Known =
    [
        (50256, Gpt2, [("<|endoftext|>", 50256)]),
        (50280, Gpt2, [("<|endoftext|>", 50256)]),
        (100256, Llama3, [
            ("<|endoftext|>", 100257), ("<|fim_prefix|>", 100258), ("<|fim_middle|>", 100259), ("<|fim_suffix|>", 100260), ("<|endofprompt|>", 100276),
        ]),
        (128000, Llama3, [("<|begin_of_text|>", 128000), ("<|end_of_text|>", 128001)]),
        (151643, Qwen, [("<|endoftext|>", 151643), ("<|im_start|>", 151644), ("<|im_end|>", 151645)]),
        (199998, O200k, [("<|endoftext|>", 199999), ("<|endofprompt|>", 200018)]),
    ];

    public static TokenizerParts Load(ReadOnlySpan<byte> file, FolderConfig config)
    {
        List<(byte[] Bytes, int Id)> tokens = ReadRanks(file);
        int known = Array.FindIndex(Known, vocabulary => vocabulary.Ranks == tokens.Count);
        if (known < 0)
        {
            throw new FormatException(
                $"it has {tokens.Count} ranks, which is none of the vocabularies whose word pattern is known; convert it to tokenizer.json");
        }

        BpeModel model = RankedMerges.Build(tokens);
        IReadOnlyList<AddedToken> added = config.AddedTokens.Count > 0
            ? config.AddedTokens
            : Known[known].Specials.Select(special => Special(special.Content, special.Id)).ToArray();
        int? begin = added.FirstOrDefault(token => token.Content == (config.Special.Bos ?? "<|begin_of_text|>"))?.FixedId;
        bool begins = begin is not null && (config.AddBos ?? tokens.Count == 128000);
        return Assemble(model, added, Known[known].Pattern, begins ? [begin!.Value] : []);
    }

    public static AddedToken Special(string content, int id) =>
        new(content, SingleWord: false, StripLeft: false, StripRight: false, Normalized: false, Special: true) { FixedId = id };

    public static TokenizerParts Assemble(BpeModel model, IReadOnlyList<AddedToken> added, string pattern, int[] before) => new()
    {
        Model = model,
        Added = new AddedVocabulary(added, model.Vocabulary, normalizer: null),
        PreTokenizer = new PatternSplit(TextPattern.Regex(pattern), SplitBehavior.Isolated),
        PostProcessor = TemplateProcessor.Around(before, []),
        Decoder = new DecoderDefinition([DecoderSteps.ByteLevel()]),
    };

    private static List<(byte[] Bytes, int Id)> ReadRanks(ReadOnlySpan<byte> file)
    {
        List<(byte[] Bytes, int Id)> tokens = [];
        Span<byte> buffer = stackalloc byte[LongestLine];
        foreach (Range range in file.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = file[range].TrimEnd((byte)'\r');
            if (line.IsEmpty)
            {
                continue;
            }

            int space = line.IndexOf((byte)' ');
            if (space < 1 || line.Length > LongestLine
                || Base64.DecodeFromUtf8(line[..space], buffer, out _, out int length) != System.Buffers.OperationStatus.Done || length == 0
                || !Utf8Parser.TryParse(line[(space + 1)..], out int rank, out int digits) || digits != line.Length - space - 1
                || rank is < 0 or > Vocabulary.MaximumId)
            {
                throw new FormatException($"line {tokens.Count + 1} is not a token in base64 and its rank");
            }

            tokens.Add((buffer[..length].ToArray(), rank));
        }

        tokens.Sort(static (a, b) => a.Id.CompareTo(b.Id));
        return tokens;
    }
}
