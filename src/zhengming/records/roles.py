"""Roles of staff (岗位) and what each may do. Separated so that who proposes is not always who decides (Art. 7)."""

from zhengming.ground.words import Words

PERMISSIONS = {
    "manage_staff": Words("管理工作人员", "manage staff"),
    "manage_users": Words("管理使用者", "manage users"),
    "check_identity": Words("人工核验身份", "check identities by hand"),
    "manage_keys": Words("签发与轮换接口密钥", "issue and rotate API keys"),
    "manage_services": Words("管理服务与功能", "manage services and functions"),
    "manage_upstreams": Words("管理上游与技术支持者", "manage upstreams and supporters"),
    "publish_agreements": Words("发布协议与规则", "publish agreements and rules"),
    "manage_consents": Words("管理单独同意", "manage consents"),
    "impose_measures": Words("采取与结束处置措施", "impose and end measures"),
    "give_orders": Words("登记主管部门的要求", "enter orders of authorities"),
    "approve": Words("复核他人拟办的事项", "approve what others propose"),
    "read_evidence": Words("查阅证据", "read evidence"),
    "delete_evidence": Words("删除到期证据", "delete evidence whose time is over"),
}

ROLES: dict[str, tuple[Words, frozenset[str]]] = {
    "administrator": (
        Words("系统管理员", "administrator"),
        frozenset({"manage_staff", "manage_keys", "delete_evidence"}),
    ),
    "registrar": (
        Words("登记员", "registrar"),
        frozenset({"manage_users", "check_identity", "manage_services", "manage_upstreams", "publish_agreements"}),
    ),
    "safety": (
        Words("内容安全员", "safety officer"),
        frozenset({"impose_measures", "give_orders", "manage_consents", "read_evidence"}),
    ),
    "reviewer": (Words("复核人", "reviewer"), frozenset({"approve", "read_evidence"})),
}
