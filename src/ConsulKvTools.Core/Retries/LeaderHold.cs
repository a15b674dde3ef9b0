using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;

namespace ConsulKvTools.Retries;

/// <summary>
/// Servers hold a request for 7 s while there is no leader. Who gives up sooner never hears "No cluster leader"; but <c>/v1/status/leader</c>
/// is answered at once, so the cause can still be told.
/// </summary>
internal static class LeaderHold
{
    /// <summary>An attempt this long hears of a missing leader from the answer itself: holds of 7.1 to 7.4 s were measured.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan QuestionTime = TimeSpan.FromSeconds(1);

    /// <summary>True when an attempt may have ended because a server held it.</summary>
    public static bool MayHide(Failure failure, TimeSpan attemptTime) => failure.Code == "Http.ResponseTimeout" && attemptTime < Longest;

    /// <summary>The failure by its cause, if that is a missing leader; null when it is not, or cannot be told.</summary>
    /// <remarks>What it says about the write stays: a request that is held may still be committed once there is a leader.</remarks>
    public static async Task<Failure?> AskAsync(ConsulKvSession session, Failure failure, TimeSpan left, CancellationToken cancellation)
    {
        if (left <= TimeSpan.Zero) return null;
        var question = ConsulRequest.Get("/v1/status/leader") with { SendToken = false, MaxBody = 64 * 1024 };
        try
        {
            var answer = await session.Http.SendAsync(question, left < QuestionTime ? left : QuestionTime, cancellation).ConfigureAwait(false);
            if (answer.Status != 200 || answer.Text.Trim() != "\"\"") return null;
        }
        catch (ConsulTransportException)
        {
            return null;
        }
        return failure with { Finding = ConsulFinding.Create("Cluster.NoLeader", [.. Evidence(failure.Finding), ("text", "the attempt ended before the answer; /v1/status/leader names no leader")]) };
    }

    private static IEnumerable<(string Name, object? Value)> Evidence(ConsulFinding finding)
    {
        foreach (System.Collections.DictionaryEntry pair in finding.Evidence) yield return ((string)pair.Key, pair.Value);
    }
}
