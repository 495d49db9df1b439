/**
 * Of archives that no Maven built, which therefore do not say their group: those of names that nobody else uses (repo.maven.apache.org). Gradle and Ant write no
 * `pom.properties`, and what stands in manifests is not the group, or half of it.
 */
const GROUPS: readonly (readonly [RegExp, string])[] = [
  [
    /^spring-(?:aop|aspects|beans|context(?:-(?:indexer|support))?|core|expression|instrument|jcl|jdbc|jms|messaging|orm|oxm|r2dbc|test|tx|web|webflux|webmvc|websocket)$/,
    "org.springframework",
  ],
  [/^spring-boot(?:-[a-z0-9-]+)?$/, "org.springframework.boot"],
  [/^spring-security-(?!oauth|jwt|kerberos|saml2-core)[a-z0-9-]+$/, "org.springframework.security"],
  [/^spring-cloud-(?:gateway|netflix|config|function|starter|commons|context)(?:-[a-z0-9-]+)?$/, "org.springframework.cloud"],
  [/^spring-kafka$/, "org.springframework.kafka"],
  [/^spring-(?:amqp|rabbit)$/, "org.springframework.amqp"],
  [/^spring-integration-[a-z0-9-]+$/, "org.springframework.integration"],
  [/^spring-batch-[a-z0-9-]+$/, "org.springframework.batch"],
  [/^spring-graphql$/, "org.springframework.graphql"],
  [/^spring-ldap-core$/, "org.springframework.ldap"],
  [/^tomcat-embed-(?:core|el|jasper|websocket)$/, "org.apache.tomcat.embed"],
  [/^tomcat-(?:catalina|coyote|jasper|util|juli|api|servlet-api|el-api|jsp-api|jni|websocket|tribes|dbcp|jdbc)$/, "org.apache.tomcat"],
  [/^(?:kafka-clients|kafka_2\.1[0-3]|kafka-streams|connect-(?:api|runtime|json|transforms))$/, "org.apache.kafka"],
  [/^lucene-[a-z0-9-]+$/, "org.apache.lucene"],
  [/^solr-(?:core|solrj)$/, "org.apache.solr"],
  [/^groovy(?:-(?:all|ant|astbuilder|console|json|jsr223|nio|servlet|sql|swing|templates|test|xml|yaml))?$/, "org.codehaus.groovy"],
  [/^(?:bcprov|bcpkix|bcpg|bcmail|bctls|bcutil)-(?:jdk15on|jdk18on|jdk15to18|jdk14|jdk16|ext-jdk15on|fips)$/, "org.bouncycastle"],
  [/^(?:bc-fips|bcprov-fips|bcpkix-fips|bctls-fips)$/, "org.bouncycastle"],
  [/^postgresql$/, "org.postgresql"],
  [/^mysql-connector-java$/, "mysql"],
  [/^mysql-connector-j$/, "com.mysql"],
  [/^mssql-jdbc$/, "com.microsoft.sqlserver"],
  [/^okhttp$/, "com.squareup.okhttp"],
  [/^okio(?:-jvm)?$/, "com.squareup.okio"],
  [/^retrofit$/, "com.squareup.retrofit"],
  [/^(?:kotlin-stdlib(?:-(?:common|jdk7|jdk8))?|kotlin-reflect)$/, "org.jetbrains.kotlin"],
  [/^hibernate-core$/, "org.hibernate"],
  [/^hibernate-(?:entitymanager|envers|jpamodelgen|validator)$/, "org.hibernate"],
  [/^(?:reactor-core|reactor-test)$/, "io.projectreactor"],
  [/^reactor-netty(?:-(?:core|http))?$/, "io.projectreactor.netty"],
  [/^micrometer-(?:core|registry-[a-z-]+|observation|commons)$/, "io.micrometer"],
  [/^grpc-(?:api|auth|context|core|netty|netty-shaded|okhttp|protobuf|protobuf-lite|services|stub|xds)$/, "io.grpc"],
  [/^(?:elasticsearch|elasticsearch-(?:core|x-content|cli))$/, "org.elasticsearch"],
  [/^ant(?:-(?:launcher|junit))?$/, "org.apache.ant"],
  [/^xercesImpl$/, "xerces"],
  [/^xalan$/, "xalan"],
  [/^log4j$/, "log4j"],
  [/^commons-beanutils$/, "commons-beanutils"],
  [/^commons-collections$/, "commons-collections"],
  [/^commons-fileupload$/, "commons-fileupload"],
  [/^commons-io$/, "commons-io"],
  [/^commons-httpclient$/, "commons-httpclient"],
  [/^commons-(?:text|lang3|compress|collections4|configuration2|jxpath|email|net|csv)$/, "org.apache.commons"],
  [/^struts2-core$/, "org.apache.struts"],
  [/^ognl$/, "ognl"],
  [/^h2$/, "com.h2database"],
  [/^(?:derby|derbyclient)$/, "org.apache.derby"],
  [/^hsqldb$/, "org.hsqldb"],
  [/^quartz$/, "org.quartz-scheduler"],
  [/^velocity-engine-core$/, "org.apache.velocity"],
  [/^neo4j-jdbc-driver$/, "org.neo4j"],
  [/^(?:mongo-java-driver|mongodb-driver(?:-core|-sync|-legacy)?)$/, "org.mongodb"],
  [/^(?:opensaml-core|opensaml-xmlsec-impl|opensaml-saml-impl)$/, "org.opensaml"],
];

/** Those that have moved, from which major version on. */
const MOVED: readonly (readonly [RegExp, number, string])[] = [
  [/^groovy(?:$|-)/, 4, "org.apache.groovy"],
  [/^hibernate-(?:core|envers|jpamodelgen)$/, 6, "org.hibernate.orm"],
  [/^hibernate-validator$/, 6, "org.hibernate.validator"],
  [/^okhttp$/, 3, "com.squareup.okhttp3"],
  [/^retrofit$/, 2, "com.squareup.retrofit2"],
];

/** The group of an artifact by its name and version, where that is known of it. */
export const groupOfArtifact = (name: string, version: string): string | undefined => {
  const group = GROUPS.find(([names]) => names.test(name))?.[1];
  if (group === undefined) return undefined;
  const major = Number(/^\d+/.exec(version)?.[0] ?? 0);
  return MOVED.find(([names, from]) => names.test(name) && major >= from)?.[2] ?? group;
};
