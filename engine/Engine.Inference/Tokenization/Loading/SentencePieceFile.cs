using System.Buffers.Binary;

namespace Engine.Inference.Tokenization.Loading;

/// <summary>What of a SentencePiece <c>tokenizer.model</c> (a protocol-buffer message) a tokenizer needs.</summary>
internal sealed class SentencePieceFile
{
    private const int MaximumPieces = 1 << 21;

    private SentencePieceFile()
    {
    }

    public List<SentencePiece> Pieces { get; } = [];

    public SentencePieceAlgorithm Algorithm { get; private set; } = SentencePieceAlgorithm.Unigram;

    public bool ByteFallback { get; private set; }

    public bool WhitespaceAsSuffix { get; private set; }

    public int BeginId { get; private set; } = 1;

    public int EndId { get; private set; } = 2;

    public byte[] UnknownSurface { get; private set; } = " \u2047 "u8.ToArray();

    public byte[] CharacterMap { get; private set; } = [];

    public bool AddDummyPrefix { get; private set; } = true;

    public bool RemoveExtraWhitespaces { get; private set; } = true;

    public bool EscapeWhitespaces { get; private set; } = true;

    /// <exception cref="FormatException">The file is no such message.</exception>
    public static SentencePieceFile Read(ReadOnlySpan<byte> bytes)
    {
        SentencePieceFile file = new();
        ProtoFields fields = new(bytes);
        while (fields.MoveNext())
        {
            switch (fields.Number)
            {
                case 1:
                    file.Pieces.Add(ReadPiece(fields.Bytes));
                    if (file.Pieces.Count > MaximumPieces)
                    {
                        throw new FormatException($"it has more than {MaximumPieces} pieces");
                    }

                    break;
                case 2:
                    file.ReadTrainer(fields.Bytes);
                    break;
                case 3:
                    file.ReadNormalizer(fields.Bytes);
                    break;
            }
        }

        return file.Pieces.Count > 0 ? file : throw new FormatException("it has no pieces, so it is no SentencePiece model");
    }

    private static SentencePiece ReadPiece(ReadOnlySpan<byte> bytes)
    {
        byte[] spelling = [];
        float score = 0;
        SentencePieceType type = SentencePieceType.Normal;
        ProtoFields fields = new(bytes);
        while (fields.MoveNext())
        {
            switch (fields.Number)
            {
                case 1:
                    spelling = fields.Bytes.ToArray();
                    break;
                case 2:
                    score = BitConverter.UInt32BitsToSingle((uint)fields.Value);
                    break;
                case 3:
                    type = (SentencePieceType)fields.Value;
                    break;
            }
        }

        return System.Text.Unicode.Utf8.IsValid(spelling)
            ? new SentencePiece(spelling, score, type)
            : throw new FormatException("a piece is not valid UTF-8");
    }

    private void ReadTrainer(ReadOnlySpan<byte> bytes)
    {
        ProtoFields fields = new(bytes);
        while (fields.MoveNext())
        {
            switch (fields.Number)
            {
                case 3:
                    Algorithm = (SentencePieceAlgorithm)fields.Value;
                    break;
                case 24:
                    WhitespaceAsSuffix = fields.Value != 0;
                    break;
                case 35:
                    ByteFallback = fields.Value != 0;
                    break;
                case 41:
                    BeginId = (int)(long)fields.Value;
                    break;
                case 42:
                    EndId = (int)(long)fields.Value;
                    break;
                case 44:
                    UnknownSurface = fields.Bytes.ToArray();
                    break;
            }
        }
    }

    private void ReadNormalizer(ReadOnlySpan<byte> bytes)
    {
        ProtoFields fields = new(bytes);
        while (fields.MoveNext())
        {
            switch (fields.Number)
            {
                case 2:
                    CharacterMap = fields.Bytes.ToArray();
                    break;
                case 3:
                    AddDummyPrefix = fields.Value != 0;
                    break;
                case 4:
                    RemoveExtraWhitespaces = fields.Value != 0;
                    break;
                case 5:
                    EscapeWhitespaces = fields.Value != 0;
                    break;
            }
        }
    }

    /// <summary>Steps through the fields of a message.</summary>
    private ref struct ProtoFields(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public int Number { get; private set; }

        public ulong Value { get; private set; }

        public ReadOnlySpan<byte> Bytes { get; private set; }

        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            ulong tag = ReadVariable();
            Number = (int)(tag >> 3);
            Bytes = [];
            switch (tag & 7)
            {
                case 0:
                    Value = ReadVariable();
                    break;
                case 1:
                    Value = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                    break;
                case 2:
                    Bytes = Take(ReadVariable());
                    break;
                case 5:
                    Value = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                    break;
                default:
                    throw new FormatException("it has a field of an unknown kind, so it is no SentencePiece model");
            }

            return true;
        }

        private ReadOnlySpan<byte> Take(ulong count)
        {
            if (count > (ulong)_rest.Length)
            {
                throw new FormatException("it ends inside a field");
            }

            ReadOnlySpan<byte> taken = _rest[..(int)count];
            _rest = _rest[(int)count..];
            return taken;
        }

        private ulong ReadVariable()
        {
            ulong value = 0;
            for (int shift = 0; shift < 64; shift += 7)
            {
                byte part = Take(1)[0];
                value |= (ulong)(part & 127) << shift;
                if (part < 128)
                {
                    return value;
                }
            }

            throw new FormatException("it has a malformed number");
        }
    }
}

/// <summary>One piece of a SentencePiece model.</summary>
internal readonly record struct SentencePiece(byte[] Spelling, float Score, SentencePieceType Type);

internal enum SentencePieceType
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

internal enum SentencePieceAlgorithm
{
    Unigram = 1,
    Bpe = 2,
}
