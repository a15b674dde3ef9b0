using System.Text;
using ConsulKvTools.Http;

namespace ConsulKvTools.Diagnosis.Cluster;

/// <summary>What the agent writes into its log from now on: <c>GET /v1/agent/monitor</c>, which needs <c>agent:read</c>.</summary>
internal static class AgentLog
{
    /// <summary>The first line that Consul's known texts give one of the wanted codes; null when none came in time.</summary>
    /// <param name="context">The diagnosis.</param>
    /// <param name="patience">How long to listen.</param>
    /// <param name="isWanted">Which codes explain what is to be explained.</param>
    /// <param name="cancellation">Stops it.</param>
    public static async Task<(string Code, string Line, List<(string Name, object? Value)> Evidence)?> ListenAsync(
        ProbeContext context, TimeSpan patience, Func<string, bool> isWanted, CancellationToken cancellation)
    {
        var until = context.Elapsed + patience;
        try
        {
            var request = ConsulRequest.Get("/v1/agent/monitor", "loglevel=warn") with { SendScope = false };
            using var exchange = await context.Session.Http.BeginAsync(request, patience, cancellation).ConfigureAwait(false);
            if (exchange.Status != 200) return null;
            var read = await exchange.OpenBodyAsync().ConfigureAwait(false);
            var chunk = new byte[4096];
            var rest = "";
            while (context.Elapsed < until)
            {
                var count = await read(chunk, 0, chunk.Length).ConfigureAwait(false);
                if (count == 0) return null;
                var lines = (rest + Encoding.UTF8.GetString(chunk, 0, count)).Split('\n');
                rest = lines[lines.Length - 1];
                foreach (var line in lines.Take(lines.Length - 1))
                {
                    var evidence = new List<(string, object?)>();
                    if (ServerTexts.Match(null, line, ServerTextScope.Read, evidence, wordsOnly: true) is { } code && isWanted(code)) return (code, line, evidence);
                }
            }
        }
        catch (ConsulTransportException)
        {
            // Nothing was said in time: the caller does without.
        }
        return null;
    }
}
