using System.Text.RegularExpressions;

namespace ConsulKvTools.Hygiene;

/// <summary>Texts that stand where a secret could and are none: references to a secret store, places to be filled, what is encrypted already.</summary>
internal static class SecretReferences
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private const int LongestReference = 4096;

    // Places that are filled later: the whole text is of them and of what parts them. A password may have any of these signs.
    private static readonly Regex Filled = new(
        @"\A(?:[\s:;,.@/_|+-]*(?>\$\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}|\$\([^()]*(?:\([^()]*\)[^()]*)*\)|\{\{.*?\}\}|<%.*?%>|#\{[^{}]*\}#?|\$\$?(?:[A-Z][A-Z0-9_]*|[A-Za-z_][A-Za-z_.]*)(?![\w$])|%[A-Za-z_]\w*%|@[A-Za-z_][\w.]*@|__[A-Za-z]\w*?__|<[A-Za-z][\w .:/|-]*>))+[\s:;,.@/_|+\]-]*\z",
        RegexOptions.CultureInvariant | RegexOptions.Singleline, Longest);

    private static readonly Regex Reference = new(
        // Places of other kinds.
        @"\A\[[\w\s.,:;'/*-]*\]\z|\A\{[A-Za-z_][\w. ]*\}\z|"
        // Where the secret really is.
        + @"\A(?i:vault|env|file|ssm|sm|kms|awskms|secretsmanager|keyvault|azurekeyvault|gcpsecretmanager|secret|secretref|secret-ref|op|ref\+\w+|bao|conjur|credstash|doppler|lookup|consul|configmap):|\A(?i:!vault|!secret|!ref|!getatt|!sub|!reference)\b|\Aarn:aws[\w-]*:(?:secretsmanager|ssm|kms):|\A@Microsoft\.KeyVault\(|\Aprojects/[^/]+/secrets/|"
        // What only its owner can open.
        + @"\AENC\[[^\[\]]*\]\z|\AENC\([^()]*\)\z|\A\{cipher\}|\A\{aes\}|\A\$ANSIBLE_VAULT;|\A-----BEGIN (?:AGE ENCRYPTED FILE|PGP MESSAGE)|\Aage1[a-z0-9]{50,}\z|\Avault:v\d+:|"
        // Programs.
        + @"\A[A-Za-z_][A-Za-z_.:]*\((?:[\s""'$A-Za-z_][\w\s""'$.,/:-]*)?\)\z|\A(?:var|local|data|module|each|self|config|settings|secrets|env|values|hiera)\.[\w.\[\]""']+\z|\A(?:process\.env|os\.(?:environ|getenv)|System\.getenv|ENV)[.(\[]|"
        // Nothing at all.
        + @"\A(?:(?i)none|null|nil|undefined|true|false|yes|no|on|off|empty|required|optional|default|disabled|enabled|redacted|masked|hidden|unset|n/?a|todo|tbd|fixme|placeholder|string|secret|password|token|key)\z|\A[~\s""'*.\-_#?]*\z|\A(?i:x{3,}|\*{2,}\w{0,4})\z|"
        + @"\A(?i:your|insert|enter|replace|put|todo|example|placeholder|dummy|sample)[\s_.-][A-Za-z\s_.-]*\d{0,2}\z|\A[\w\s.-]*[\s_-](?i:here)\W*\z|\A(?i:[\w.-]*_placeholder|[\w.-]*replace[_-]?me|[\w.-]*change[_-]?this|[\w/+-]*EXAMPLE(?:KEY)?)\z",
        RegexOptions.CultureInvariant, Longest);

    // Parts of a text that are long and random and public, or encrypted.
    private static readonly Regex Opaque = new(
        @"-----BEGIN [^-\r\n]+-----.*?(?:-----END [^-\r\n]+-----|\z)|ENC\[[^\]]*\]|\{cipher\}\S+|vault:v\d+:[A-Za-z0-9+/=]+|data:[\w/+.-]+;base64,[A-Za-z0-9+/=]+|(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-[\w-]+)\s+[A-Za-z0-9+/=]+|(?i:sha(?:1|224|256|384|512)|md5|h1)[-:=][A-Za-z0-9+/=]+|\bAAAA[A-Za-z0-9+/]{30,}={0,2}|\$\{[^}]*\}|\{\{.*?\}\}|\bage1[a-z0-9]{50,}|urn:[\w:.-]+|(?<=://)[^\s""'<>]+",
        RegexOptions.CultureInvariant | RegexOptions.Singleline, Longest);

    /// <summary>True when a text refers to a secret, or to nothing.</summary>
    public static bool IsOne(string text)
    {
        var bare = text.Trim();
        return bare.Length <= LongestReference && (Filled.IsMatch(bare) || Reference.IsMatch(bare));
    }

    /// <summary>The parts of a text in which nothing is taken for random.</summary>
    public static IReadOnlyList<(int Start, int End)> OpaqueParts(string text)
    {
        var parts = new List<(int, int)>();
        for (var match = Opaque.Match(text); match.Success; match = match.NextMatch())
            if (match.Length > 0) parts.Add((match.Index, match.Index + match.Length));
        return parts;
    }
}
