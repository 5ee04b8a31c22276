using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;

namespace Engine.Inference.Tokenization.Unicode;

/// <summary>
/// The Unicode tables that tokenizer files were made with. They are not the platform's: regular expressions use Unicode 16 as Oniguruma has it,
/// normalization an older version, and a table that follows the runtime would change token ids with the next update. <c>unicode.bin</c> holds
/// them, see <see cref="Read"/> for the layout; each table is built when it is first asked for.
/// </summary>
internal sealed class UnicodeData
{
    private static readonly Lazy<UnicodeData> Loaded = new(Read);

    private readonly byte[] _bytes;
    private readonly Dictionary<string, Range> _setRanges = [];
    private readonly Dictionary<string, Range> _mappingRanges = [];
    private readonly Dictionary<string, Range> _labelRanges = [];
    private readonly ConcurrentDictionary<string, CodePointSet> _sets = new();
    private readonly ConcurrentDictionary<string, Dictionary<int, int[]>> _mappings = new();
    private readonly ConcurrentDictionary<string, CodePointLabels> _labels = new();

    private UnicodeData(byte[] bytes) => _bytes = bytes;

    /// <summary>White space: Unicode's White_Space, which every component of a tokenizer agrees on.</summary>
    public static CodePointSet WhiteSpace { get; } = Set("whitespace");

    /// <summary>What <c>\w</c> is to the added-token rules and the Whitespace pre-tokenizer (Alphabetic, M, Nd, Pc, Join_Control).</summary>
    public static CodePointSet WordCharacter { get; } = Set("hf:word");

    /// <summary>A set by property name (a general category, script, block or binary property, lower case without separators), or null.</summary>
    public static CodePointSet? TryGetSet(string name) => Loaded.Value._setRanges.TryGetValue(name, out Range range)
        ? Loaded.Value._sets.GetOrAdd(name, static (_, place) => ReadSet(place), range)
        : null;

    public static CodePointSet Set(string name) =>
        TryGetSet(name) ?? throw new InvalidOperationException($"The Unicode tables have no set '{name}'.");

    /// <summary>A mapping from code points to strings of code points: <c>lower</c>, <c>nfd</c>, <c>nfkd</c>, <c>ccc</c>, <c>compose</c>, <c>fold</c>.</summary>
    public static Dictionary<int, int[]> Mapping(string name) => Loaded.Value._mappings.GetOrAdd(name, static name => ReadMapping(name));

    /// <summary>A partition of the code points: <c>grapheme</c> or <c>script</c>.</summary>
    public static CodePointLabels Labels(string name) => Loaded.Value._labels.GetOrAdd(name, static name => ReadLabels(name));

    /// <summary>
    /// Zlib over variable-length integers: the number of sets and each with its length in bytes; names with the number of their set; mappings
    /// and partitions with name and length. Inside a table code points are differences to the one before.
    /// </summary>
    private static UnicodeData Read()
    {
        using Stream resource = typeof(UnicodeData).Assembly.GetManifestResourceStream("unicode.bin")
            ?? throw new InvalidOperationException("The assembly lacks its Unicode tables (unicode.bin).");
        using ZLibStream zlib = new(resource, CompressionMode.Decompress);
        using MemoryStream memory = new();
        zlib.CopyTo(memory);
        UnicodeData data = new(memory.ToArray());
        VariableLengthReader reader = new(data._bytes, 0);
        Range[] numbered = new Range[reader.Next()];
        for (int i = 0; i < numbered.Length; i++)
        {
            numbered[i] = reader.Skip();
        }

        for (int count = reader.Next(); count > 0; count--)
        {
            string name = reader.Name();
            data._setRanges.Add(name, numbered[reader.Next()]);
        }

        foreach (Dictionary<string, Range> tables in new[] { data._mappingRanges, data._labelRanges })
        {
            for (int count = reader.Next(); count > 0; count--)
            {
                string name = reader.Name();
                tables.Add(name, reader.Skip());
            }
        }

        return data;
    }

    private static CodePointSet ReadSet(Range range)
    {
        VariableLengthReader reader = new(Loaded.Value._bytes, range.Start.Value);
        int[] ranges = new int[2 * reader.Next()];
        int previous = 0;
        for (int i = 0; i < ranges.Length; i++)
        {
            ranges[i] = previous += reader.Next();
        }

        return new CodePointSet(ranges);
    }

    private static Dictionary<int, int[]> ReadMapping(string name)
    {
        VariableLengthReader reader = new(Loaded.Value._bytes, Loaded.Value._mappingRanges[name].Start.Value);
        int count = reader.Next();
        Dictionary<int, int[]> mapping = new(count);
        int codePoint = 0;
        for (int i = 0; i < count; i++)
        {
            codePoint += reader.Next();
            int[] to = new int[reader.Next()];
            for (int j = 0; j < to.Length; j++)
            {
                to[j] = reader.Next();
            }

            mapping.Add(codePoint, to);
        }

        return mapping;
    }

    private static CodePointLabels ReadLabels(string name)
    {
        VariableLengthReader reader = new(Loaded.Value._bytes, Loaded.Value._labelRanges[name].Start.Value);
        string[] labels = new string[reader.Next()];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = reader.Name();
        }

        int count = reader.Next();
        int[] firsts = new int[count];
        int[] lasts = new int[count];
        byte[] values = new byte[count];
        int previous = 0;
        for (int i = 0; i < count; i++)
        {
            firsts[i] = previous + reader.Next();
            lasts[i] = previous = firsts[i] + reader.Next();
            values[i] = checked((byte)reader.Next());
        }

        return new CodePointLabels(labels, firsts, lasts, values);
    }

    private ref struct VariableLengthReader(byte[] bytes, int position)
    {
        private int _position = position;

        public int Next()
        {
            int value = 0;
            for (int shift = 0; ; shift += 7)
            {
                byte part = bytes[_position++];
                value |= (part & 127) << shift;
                if (part < 128)
                {
                    return value;
                }
            }
        }

        public string Name()
        {
            int length = Next();
            _position += length;
            return Encoding.ASCII.GetString(bytes, _position - length, length);
        }

        /// <summary>Steps over a table and gives its place.</summary>
        public Range Skip()
        {
            int length = Next();
            _position += length;
            return (_position - length).._position;
        }
    }
}
