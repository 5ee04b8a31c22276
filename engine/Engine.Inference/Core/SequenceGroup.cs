using System.Threading.Channels;

namespace Engine.Inference.Core;

/// <summary>The sequences of one request and the channel that all of them report to.</summary>
internal sealed class SequenceGroup
{
    private readonly Channel<TokenOutput> _outputs =
        Channel.CreateUnbounded<TokenOutput>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private int _unfinished;

    public SequenceGroup(long firstId, TokenRequest request)
    {
        Sequences = new Sequence[_unfinished = request.ChoiceCount];
        for (int choice = 0; choice < Sequences.Length; choice++)
        {
            Sequences[choice] = new Sequence(firstId + choice, request, choice);
        }
    }

    public Sequence[] Sequences { get; }

    public ChannelReader<TokenOutput> Outputs => _outputs.Reader;

    /// <summary>Whether all but the first sequence wait until it has computed the prompt that they will share.</summary>
    public bool HoldsBack { get; set; }

    /// <summary>Says something about a sequence.</summary>
    public void Write(in TokenOutput output) => _outputs.Writer.TryWrite(output);

    /// <summary>Notes that a sequence ended; after the last one nothing more is said.</summary>
    public void Finish()
    {
        if (--_unfinished == 0)
        {
            _outputs.Writer.TryComplete();
        }
    }
}
