using System.Text.Unicode;

namespace Engine.Inference.Tokenization.Decoders;

/// <summary>Joins runs of tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c> to text; a run that is not valid UTF-8 becomes one U+FFFD for each byte.</summary>
internal sealed class ByteFallbackStage : WholeTokenStage
{
    private readonly ByteList _run = new();

    /// <summary>The byte that a token stands for.</summary>
    public static bool TryGetByte(ReadOnlySpan<byte> token, out byte value)
    {
        value = 0;
        if (token.Length != 6 || !token.StartsWith("<0x"u8) || token[5] != '>')
        {
            return false;
        }

        int low = HexOf(token[4]);
        int high = token[3] == '+' ? 0 : HexOf(token[3]);
        value = (byte)(high << 4 | low);
        return low >= 0 && high >= 0;
    }

    public override void Finish()
    {
        EndRun();
        Next!.Finish();
    }

    public override void CopyTo(DecoderStage other)
    {
        base.CopyTo(other);
        ((ByteFallbackStage)other)._run.Set(_run.Span);
    }

    protected override void PushWhole(ReadOnlySpan<byte> token)
    {
        if (TryGetByte(token, out byte value))
        {
            _run.Add([value]);
            return;
        }

        EndRun();
        PushToken(token);
    }

    private void EndRun()
    {
        if (_run.Count == 0)
        {
            return;
        }

        if (Utf8.IsValid(_run.Span))
        {
            PushToken(_run.Span);
        }
        else
        {
            for (int i = 0; i < _run.Count; i++)
            {
                PushToken("\uFFFD"u8);
            }
        }

        _run.Clear();
    }

    private static int HexOf(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };
}
