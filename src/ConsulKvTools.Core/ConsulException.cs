namespace ConsulKvTools;

/// <summary>Something that stops a command, with the finding that explains it.</summary>
public class ConsulException : Exception
{
    /// <summary>Wraps <paramref name="finding"/>.</summary>
    public ConsulException(ConsulFinding finding, Exception? inner = null)
        : base($"{finding.Title}. {finding.Cause}", inner) => Finding = finding;

    /// <summary>What is wrong, the evidence and the remedy.</summary>
    public ConsulFinding Finding { get; }

    /// <summary>What the command was doing: <c>Invoke-ConsulDiagnosis -FromError</c> starts from it. Null when no session was in use yet.</summary>
    public FailedOperation? Operation { get; internal set; }

    /// <summary>The exception of the finding's own kind, so that callers may catch by area.</summary>
    public static ConsulException From(ConsulFinding finding, Exception? inner = null) => finding.Layer switch
    {
        ConsulLayer.Configuration => new ConsulConfigurationException(finding, inner),
        ConsulLayer.Name or ConsulLayer.Transport or ConsulLayer.Tls or ConsulLayer.Http => new ConsulConnectionException(finding, inner),
        ConsulLayer.Cluster => new ConsulClusterException(finding, inner),
        ConsulLayer.Acl => new ConsulAclException(finding, inner),
        ConsulLayer.Key => new ConsulKeyException(finding, inner),
        _ => new ConsulException(finding, inner),
    };
}

/// <summary>The session's configuration cannot be used.</summary>
public sealed class ConsulConfigurationException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);

/// <summary>The agent cannot be reached, or what answers is not one.</summary>
public sealed class ConsulConnectionException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);

/// <summary>The agent answers, but the cluster behind it cannot serve.</summary>
public sealed class ConsulClusterException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);

/// <summary>The token may not do this.</summary>
public sealed class ConsulAclException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);

/// <summary>The key, value or a parameter of the request is not usable.</summary>
public sealed class ConsulKeyException(ConsulFinding finding, Exception? inner = null) : ConsulException(finding, inner);
