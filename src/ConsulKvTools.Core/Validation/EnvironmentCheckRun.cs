namespace ConsulKvTools.Validation;

/// <summary>Makes one check.</summary>
internal static class EnvironmentCheckRun
{
    /// <summary>The result; what Consul or the network does to the check is one too.</summary>
    /// <param name="check">The check.</param>
    /// <param name="schemas">See <see cref="EnvironmentCheckContext"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Stops the check.</param>
    public static async Task<ConsulEnvironmentResult> RunAsync(ConsulEnvironmentCheck check, JsonSchemaTest? schemas, TimeProvider time, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var context = new EnvironmentCheckContext(schemas);
        ConsulFinding? finding;
        try
        {
            finding = await check.Ask(context, cancellation).ConfigureAwait(false);
        }
        catch (ConsulException failed)
        {
            finding = failed.Finding;
        }
        var status = finding is not null ? ConsulEnvironmentCheckStatus.Failed : context.Skipped is not null ? ConsulEnvironmentCheckStatus.Skipped : ConsulEnvironmentCheckStatus.Passed;
        return new ConsulEnvironmentResult
        {
            Name = check.Name, Kind = check.Kind, Agent = check.Agent, Status = status, Finding = finding,
            Message = finding is null ? context.Skipped : FindingMessage.Of(finding),
            Duration = time.GetElapsedTime(began),
        };
    }
}
