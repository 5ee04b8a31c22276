using System.IO.Compression;
using System.Text;

namespace Engine.Inference.Tokenization.Unicode;

/// <summary>
/// The Unicode tables that tokenizer files were made with. They are not the platform's: regular expressions use Unicode 16 as Oniguruma has it,
/// normalization an older version, and a table that follows the runtime would change token ids with the next update. <c>unicode.bin</c> holds
/// them: zlib over variable-length integers, see <see cref="Read"/> for the layout.
/// </summary>
internal sealed class UnicodeData
{
    private static readonly Lazy<UnicodeData> Loaded = new(Read);

    private readonly Dictionary<string, CodePointSet> _sets;
    private readonly Dictionary<string, Dictionary<int, int[]>> _mappings;
    private readonly Dictionary<string, CodePointLabels> _labels;

    private UnicodeData(
        Dictionary<string, CodePointSet> sets, Dictionary<string, Dictionary<int, int[]>> mappings, Dictionary<string, CodePointLabels> labels)
    {
        _sets = sets;
        _mappings = mappings;
        _labels = labels;
    }

    /// <summary>White space: Unicode's White_Space, which every component of a tokenizer agrees on.</summary>
    public static CodePointSet WhiteSpace { get; } = Set("whitespace");

    /// <summary>What <c>\w</c> is to the added-token rules and the Whitespace pre-tokenizer (Alphabetic, M, Nd, Pc, Join_Control).</summary>
    public static CodePointSet WordCharacter { get; } = Set("hf:word");

    /// <summary>A set by property name (a general category, script, block or binary property, lower case without separators), or null.</summary>
    public static CodePointSet? TryGetSet(string name) => Loaded.Value._sets.GetValueOrDefault(name);

    public static CodePointSet Set(string name) =>
        TryGetSet(name) ?? throw new InvalidOperationException($"The Unicode tables have no set '{name}'.");

    /// <summary>A mapping from code points to strings of code points: <c>lower</c>, <c>nfd</c>, <c>nfkd</c>, <c>ccc</c>, <c>compose</c>, <c>fold</c>.</summary>
    public static Dictionary<int, int[]> Mapping(string name) => Loaded.Value._mappings[name];

    /// <summary>A partition of the code points: <c>grapheme</c> or <c>script</c>.</summary>
    public static CodePointLabels Labels(string name) => Loaded.Value._labels[name];

    /// <summary>Layout: the sets; names with the number of their set; the mappings; the partitions. Code points are differences to the one before.</summary>
    private static UnicodeData Read()
    {
        using Stream resource = typeof(UnicodeData).Assembly.GetManifestResourceStream("unicode.bin")
            ?? throw new InvalidOperationException("The assembly lacks its Unicode tables (unicode.bin).");
        using ZLibStream zlib = new(resource, CompressionMode.Decompress);
        using MemoryStream memory = new();
        zlib.CopyTo(memory);
        VariableLengthReader reader = new(memory.ToArray());

        CodePointSet[] numbered = new CodePointSet[reader.Next()];
        for (int i = 0; i < numbered.Length; i++)
        {
            int[] ranges = new int[2 * reader.Next()];
            int previous = 0;
            for (int j = 0; j < ranges.Length; j++)
            {
                ranges[j] = previous += reader.Next();
            }

            numbered[i] = new CodePointSet(ranges);
        }

        int count = reader.Next();
        Dictionary<string, CodePointSet> sets = new(count);
        for (int i = 0; i < count; i++)
        {
            string name = reader.Name();
            sets.Add(name, numbered[reader.Next()]);
        }

        return new UnicodeData(sets, ReadMappings(ref reader), ReadLabels(ref reader));
    }

    private static Dictionary<string, Dictionary<int, int[]>> ReadMappings(ref VariableLengthReader reader)
    {
        int count = reader.Next();
        Dictionary<string, Dictionary<int, int[]>> mappings = new(count);
        for (int i = 0; i < count; i++)
        {
            string name = reader.Name();
            int entries = reader.Next();
            Dictionary<int, int[]> mapping = new(entries);
            int codePoint = 0;
            for (int j = 0; j < entries; j++)
            {
                codePoint += reader.Next();
                int[] to = new int[reader.Next()];
                for (int k = 0; k < to.Length; k++)
                {
                    to[k] = reader.Next();
                }

                mapping.Add(codePoint, to);
            }

            mappings.Add(name, mapping);
        }

        return mappings;
    }

    private static Dictionary<string, CodePointLabels> ReadLabels(ref VariableLengthReader reader)
    {
        int count = reader.Next();
        Dictionary<string, CodePointLabels> partitions = new(count);
        for (int i = 0; i < count; i++)
        {
            string name = reader.Name();
            string[] labels = new string[reader.Next()];
            for (int j = 0; j < labels.Length; j++)
            {
                labels[j] = reader.Name();
            }

            int ranges = reader.Next();
            int[] firsts = new int[ranges];
            int[] lasts = new int[ranges];
            byte[] values = new byte[ranges];
            int previous = 0;
            for (int j = 0; j < ranges; j++)
            {
                firsts[j] = previous + reader.Next();
                lasts[j] = previous = firsts[j] + reader.Next();
                values[j] = checked((byte)reader.Next());
            }

            partitions.Add(name, new CodePointLabels(labels, firsts, lasts, values));
        }

        return partitions;
    }

    private ref struct VariableLengthReader(byte[] bytes)
    {
        private int _position;

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
    }
}
