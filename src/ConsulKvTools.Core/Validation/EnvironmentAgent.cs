namespace ConsulKvTools.Validation;

/// <summary>One agent of the description, and how to talk to it. Each check opens a session of its own and closes it again.</summary>
internal sealed record EnvironmentAgent(string Name, ConsulSessionOptions Options, ConsulEnvironment Environment)
{
    /// <summary>The token of checks that name none; null for that of the environment, if it has one.</summary>
    public EnvironmentToken? Token { get; init; }

    /// <summary>The slowest answer that is good enough; null for any.</summary>
    public TimeSpan? MaximumLatency { get; init; }

    /// <summary>A session with the agent's own token, or with another.</summary>
    public ConsulKvSession Open(EnvironmentToken? token = null)
    {
        var options = Options;
        var environment = Environment;
        if ((token ?? Token) is { } holder)
        {
            if (holder.IsBroken) throw new ConsulConfigurationException(ConsulFinding.Create("Expect.NotUnderstood", ("source", $"Tokens.{holder.Name}"), ("problem", "cannot be used, so nothing is asked with it")));
            options = options with { Token = holder.Secret, TokenFile = holder.File };
            // A token of the environment must not stand in for none.
            if (holder.IsAnonymous) environment = environment.Without("CONSUL_HTTP_TOKEN", "CONSUL_HTTP_TOKEN_FILE");
        }
        return ConsulKvSession.CreateForDiagnosis(options with { Name = Name }, environment);
    }

    /// <summary>As <see cref="Open"/>, for checks that need a session that works.</summary>
    /// <exception cref="ConsulConfigurationException">A setting cannot be used.</exception>
    public ConsulKvSession OpenUsable(EnvironmentToken? token = null)
    {
        var session = Open(token);
        if (session.ConfigurationFindings.FirstOrDefault(finding => finding.Severity == FindingSeverity.Error) is not { } fault) return session;
        session.Dispose();
        throw new ConsulConfigurationException(fault);
    }
}
