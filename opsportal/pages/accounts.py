"""The addresses of signing in: of allauth's own only those that are used here."""

from allauth.account import views as account
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.urls import include, path
from django.views.i18n import set_language

from ..web import signin

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),  # says that it is closed
    path("language/", set_language, name="set_language"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
    path("3rdparty/", include("allauth.socialaccount.urls")),
    path("oidc/<slug:provider_id>/login/", signin.reachable(oidc.login), name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", signin.reachable(oidc.callback), name="openid_connect_callback"),
]
