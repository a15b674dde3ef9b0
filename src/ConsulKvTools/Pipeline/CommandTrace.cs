using System.Collections.Concurrent;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;

namespace ConsulKvTools.Commands;

/// <summary>What a command's requests met, kept until the pipeline thread has time to say it.</summary>
/// <param name="isVerbose">Whether the story is told.</param>
/// <param name="isDebug">Whether the wire facts are.</param>
internal sealed class CommandTrace(bool isVerbose, bool isDebug) : ICallObserver
{
    private readonly ConcurrentQueue<(bool IsDebug, string Text)> lines = new();

    public void Exchanged(WireExchange exchange)
    {
        if (isDebug) lines.Enqueue((true, exchange.ToString()));
    }

    public void TriedAgain(string action, Failure? failure, string reason)
    {
        if (isVerbose) lines.Enqueue((false, failure is null ? $"{action}: {reason}." : $"{action} met {failure.Code} ({failure.Finding.Title}): {reason}."));
    }

    /// <summary>The oldest line; null when there is none.</summary>
    public (bool IsDebug, string Text)? TryTake() => lines.TryDequeue(out var line) ? line : null;
}
