using System.Threading.Channels;

namespace Engine.Inference.Core;

/// <summary>A request that the engine took in.</summary>
/// <param name="FirstSequenceId">Names the sequence of choice 0; that of choice <c>i</c> is larger by <c>i</c>.</param>
/// <param name="Outputs">What becomes of it; ends with the last sequence.</param>
internal readonly record struct SubmittedRequest(long FirstSequenceId, ChannelReader<TokenOutput> Outputs);
