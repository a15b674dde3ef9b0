namespace ConsulKvTools.Diagnosis;

/// <summary>What helps against a proxy that stands in front of Consul. The catalogue's advice is for a proxy that the session was told to use.</summary>
internal static class ReverseProxyAdvice
{
    /// <summary>The same failure; where the session goes through no proxy of its own, with advice for the one in front of Consul.</summary>
    public static Failure For(this Failure failure, ConsulKvSession session) => (session.Target.Proxy, failure.Code) switch
    {
        (null, "Proxy.Forbidden") => failure with
        {
            Finding = failure.Finding with
            {
                Remedy = "Allow the request's path and method on the reverse proxy in front of Consul, or address the agent directly.",
                Command = "New-ConsulKvSession -Address 'http://<agent>:8500' -Default",
            },
        },
        (null, "Proxy.AuthenticationRequired") => failure with
        {
            Finding = failure.Finding with
            {
                Remedy = "Set CONSUL_HTTP_AUTH to the reverse proxy's user and password, or address the agent directly.",
                Command = "$env:CONSUL_HTTP_AUTH = '<user>:<password>'",
            },
        },
        _ => failure,
    };
}
